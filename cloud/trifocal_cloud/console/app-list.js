// The page of apps: a card for each, what the person does to them, and what a screen reader is told of it.

import { api } from "./api.js";
import { AppCard } from "./app-card.js";
import { AppForm } from "./app-form.js";
import { titleOf } from "./apps.js";
import { byId, setText } from "./dom.js";
import { notify, notifyProblem } from "./notices.js";
import { stateWords } from "./words.js";

const TICK_MS = 1_000;

export class AppList {
  #apps;
  #cards = new Map();
  #list = byId("app-list");
  #form;
  #timer = 0;

  constructor(apps) {
    this.#apps = apps;
    this.#form = new AppForm((app) => this.#apps.put(app));
    apps.addEventListener("changed", ({ detail }) => this.#changed(detail));
    for (const button of document.querySelectorAll("[data-register]")) button.addEventListener("click", () => this.#form.open(null));
    byId("remove-app").addEventListener("close", ({ target }) => this.#removeAsked(target));
  }

  #changed({ app, before }) {
    if (app) this.#show(app, before);
    else if (before) this.#drop(before.package);
    byId("no-apps").hidden = !this.#apps.loaded || this.#cards.size > 0;
    this.#list.hidden = !this.#cards.size;
    this.#tick();
  }

  #show(app, before) {
    const card = this.#cards.get(app.package) ?? this.#newCard(app);
    card.show(app);
    if (before && before.state !== app.state) setText(byId("whisper"), `${titleOf(app)}: ${stateWords(app)}`);
    this.#arrange();
  }

  #newCard({ package: id }) {
    const card = new AppCard(id, {
      start: () => this.#act(id, "start"),
      stop: () => this.#act(id, "stop"),
      edit: () => this.#form.open(this.#apps.get(id)),
      remove: () => this.#askToRemove(id),
    });
    this.#cards.set(id, card);
    return card;
  }

  #drop(id) {
    const card = this.#cards.get(id);
    const focused = card.element.contains(document.activeElement);
    card.element.remove();
    this.#cards.delete(id);
    if (focused) byId("apps").focus();
  }

  /** Moves as few cards as possible: a moved element loses its focus. */
  #arrange() {
    this.#apps.all.forEach(({ package: id }, index) => {
      const { element } = this.#cards.get(id) ?? {};
      if (element && this.#list.children[index] !== element) this.#list.insertBefore(element, this.#list.children[index] ?? null);
    });
  }

  /** Shows at once what is meant to become of it; the cloud tells what really does. */
  async #act(id, wish) {
    const app = this.#apps.get(id);
    this.#apps.put({ ...app, state: wish === "start" ? "starting" : "stopping", reason: "", message: "", nextTryAt: null });
    try {
      await (wish === "start" ? api.startApp(id) : api.stopApp(id));
    } catch (error) {
      notify(`${titleOf(app)}: ${error.message}`, "problem");
    }
    await this.#look(id);
  }

  async #look(id) {
    try {
      this.#apps.put(await api.app(id));
    } catch (error) {
      if (error.status === 404) this.#apps.gone(id);
      else notifyProblem(error);
    }
  }

  #askToRemove(id) {
    const dialog = byId("remove-app");
    dialog.dataset.package = id;
    dialog.returnValue = "";
    setText(byId("remove-app-title"), `Remove ${titleOf(this.#apps.get(id))}?`);
    dialog.showModal();
  }

  async #removeAsked({ returnValue, dataset }) {
    if (returnValue !== "remove") return;
    const id = dataset.package;
    try {
      await api.removeApp(id);
      this.#apps.gone(id);
    } catch (error) {
      notifyProblem(error);
    }
  }

  /** Counts down to the next try of whatever waits for one. */
  #tick() {
    const waiting = this.#apps.all.filter(({ nextTryAt }) => nextTryAt);
    for (const app of waiting) this.#cards.get(app.package)?.showState(app);
    clearTimeout(this.#timer);
    if (waiting.length) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }
}
