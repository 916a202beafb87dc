// What the page shows of its line to the cloud: a quiet sign while it stands, a banner with a countdown while it does not.

import { byId, setText } from "./dom.js";

const WORDS = { live: "Live", connecting: "Connecting", waiting: "Offline", ended: "Signed out" };

export class ConnectionSign {
  #timer = 0;
  #lost = false;

  constructor(live) {
    live.addEventListener("state", ({ detail }) => this.#show(detail));
    byId("banner-retry").addEventListener("click", () => live.retryNow());
    const look = () => {
      live.retryNow();
      live.check();
    };
    addEventListener("online", look);
    addEventListener("offline", look);
    document.addEventListener("visibilitychange", () => document.hidden || look());
  }

  #show({ state, retryInMs }) {
    clearInterval(this.#timer);
    if (state === "live" || state === "ended") this.#lost = false;
    if (state === "waiting") this.#lost = true;
    byId("live").dataset.state = state;
    setText(byId("live-words"), WORDS[state]);
    byId("banner").hidden = !this.#lost;
    byId("banner-retry").hidden = state !== "waiting";
    if (state === "waiting") this.#countDown(performance.now() + retryInMs);
    else setText(byId("banner-words"), "The connection to the cloud is lost. Trying again …");
  }

  #countDown(until) {
    const say = () => {
      const seconds = Math.max(1, Math.ceil((until - performance.now()) / 1_000));
      setText(byId("banner-words"), `The connection to the cloud is lost. Trying again in ${seconds} s.`);
    };
    say();
    this.#timer = setInterval(say, 1_000);
  }
}
