// The list of journeys on the page: newest first, filtered, paused at will, each card drawn again only when it changed.

import { byId, make, icon, setText } from "./dom.js";
import { bytes, clock, span } from "./time.js";
import { strip, waterfall } from "./waterfall.js";
import { reasonWords, stepWords } from "./words.js";

const NONE = {
  all: "Nothing yet. Press the button and watch the photo travel.",
  moving: "Nothing is on its way.",
  stored: "Nothing has arrived yet.",
  failed: "Nothing has failed.",
};

const ARRIVED = new Set(["stored", "heard"]);

function passes(state, filter) {
  return filter === "all" || state === filter || (filter === "stored" && ARRIVED.has(state));
}

function title(journey) {
  if (!journey.presses.size) return "Photo asked for";
  if ([...journey.requests].some((id) => id.startsWith("local_"))) return "Offline press";
  return { short: "Short press", long: "Long press" }[journey.pressType] ?? "Press";
}

function outcome(journey) {
  if (journey.state === "heard") return "An app took the press";
  if (journey.deliveredAt !== null) return `With the app after ${span(journey.deliveredAt - journey.startedAt)}`;
  if (journey.state === "stored") return `In the gallery after ${span(journey.storedAt - journey.startedAt)}`;
  if (journey.state === "failed") return reasonWords(journey.failure) || journey.failure;
  if (journey.sending) return `${stepWords("transferring")}: ${journey.sending.percent} %, ${bytes(journey.sending.bytesPerSecond)} a second`;
  return journey.last ? stepWords(journey.last.step) : "Pressed; no word from the glasses yet";
}

export class JourneyLog {
  #journeys;
  #photos;
  #cards = new Map();
  #dirty = new Set();
  #filter = "all";
  #paused = false;
  #frame = 0;
  #opened = null;
  #list = byId("journey-list");
  #pause = byId("pause");

  /** `photos` gives the thumbnail of a journey that arrived. */
  constructor(journeys, photos) {
    this.#journeys = journeys;
    this.#photos = photos;
    journeys.addEventListener("changed", ({ detail }) => this.#touch(detail));
    journeys.addEventListener("forgotten", ({ detail }) => this.#drop(detail));
    photos.addEventListener("changed", () => this.#photosChanged());
    byId("filter").addEventListener("change", ({ target }) => this.#show(target.value));
    this.#pause.addEventListener("click", () => this.#setPaused(!this.#paused));
    this.#render();
  }

  #touch(journey) {
    this.#dirty.add(journey);
    if (this.#paused) this.#sayPaused();
    else this.#schedule();
  }

  #drop(journey) {
    this.#cards.get(journey)?.card.remove();
    this.#cards.delete(journey);
    this.#dirty.delete(journey);
  }

  #photosChanged() {
    for (const journey of this.#journeys.all) {
      const shown = this.#cards.get(journey)?.photoId ?? null;
      if (shown !== (this.#photoOf(journey)?.photoId ?? null)) this.#touch(journey);
    }
  }

  #photoOf(journey) {
    for (const id of journey.requests) {
      const photo = this.#photos.ofRequest(id);
      if (photo) return photo;
    }
    return null;
  }

  #show(filter) {
    this.#filter = filter;
    this.#render();
  }

  #setPaused(paused) {
    this.#paused = paused;
    this.#pause.setAttribute("aria-pressed", String(paused));
    this.#pause.replaceChildren(icon(paused ? "play" : "pause"), make("span", {}, paused ? "Resume" : "Pause"));
    if (!paused) this.#render();
  }

  #sayPaused() {
    const count = this.#dirty.size;
    setText(this.#pause.querySelector("span"), `Resume (${count} ${count === 1 ? "change" : "changes"})`);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#render());
  }

  #render() {
    this.#frame = 0;
    if (!this.#paused) this.#drawChanged();
    const cards = this.#journeys.all.map((journey) => this.#cards.get(journey)?.card).filter(Boolean);
    const shown = cards.filter((card) => passes(card.dataset.state, this.#filter));
    this.#arrange(shown);
    setText(byId("no-journeys"), shown.length ? "" : NONE[this.#filter]);
  }

  #drawChanged() {
    for (const journey of this.#dirty) this.#draw(journey);
    this.#dirty.clear();
    this.#unfoldNewest(this.#journeys.all[0] ?? null);
  }

  /** Puts the cards in order while moving as few of them as possible: a moved element loses its focus. */
  #arrange(cards) {
    const wanted = new Set(cards);
    for (const card of [...this.#list.children]) if (!wanted.has(card)) card.remove();
    cards.forEach((card, index) => {
      if (this.#list.children[index] !== card) this.#list.insertBefore(card, this.#list.children[index] ?? null);
    });
  }

  /** The newest journey lies open; it closes for the next one unless somebody touched it. */
  #unfoldNewest(newest) {
    if (!newest || newest === this.#opened) return;
    const before = this.#cards.get(this.#opened);
    if (before && !before.touched) before.card.open = false;
    this.#cards.get(newest).card.open = true;
    this.#opened = newest;
  }

  #draw(journey) {
    const known = this.#cards.get(journey) ?? this.#newCard(journey);
    const photo = this.#photoOf(journey);
    known.photoId = photo?.photoId ?? null;
    known.card.dataset.state = journey.state;
    known.summary.replaceChildren(...this.#head(journey, photo));
    known.body.replaceChildren(waterfall(journey.steps), this.#foot(journey));
  }

  #newCard(journey) {
    const summary = make("summary", {});
    const body = make("div", { class: "journey-body" });
    const known = { card: make("details", { class: "journey" }, summary, body), summary, body, photoId: null, touched: false };
    summary.addEventListener("click", () => (known.touched = true));
    this.#cards.set(journey, known);
    return known;
  }

  #head(journey, photo) {
    const words = make(
      "span",
      { class: "journey-words" },
      make("span", { class: "journey-title" }, title(journey), make("time", { datetime: new Date(journey.startedAt).toISOString() }, clock(journey.startedAt))),
      make("span", { class: "journey-outcome" }, outcome(journey)),
      strip(journey.steps),
    );
    const picture = photo?.thumbnailUrl && make("img", { class: "journey-photo", src: photo.thumbnailUrl, alt: "", loading: "lazy" });
    return picture ? [words, picture] : [words];
  }

  #foot(journey) {
    const photo = this.#photoOf(journey);
    const names = [...journey.presses, ...journey.requests].join(" · ");
    const link = photo && make("a", { href: `#photo/${photo.photoId}` }, "Open the photo");
    return make("p", { class: "journey-foot" }, make("code", {}, names), link);
  }
}
