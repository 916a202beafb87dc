// One app on the page: its state and its switch always, the rest when it is opened.
//
// A card is built once and then kept up to date in place, so that neither focus nor an open card is lost by news.

import { AppSettings } from "./app-settings.js";
import { isAlive, titleOf } from "./apps.js";
import { icon, make, setText } from "./dom.js";
import { clock, moment } from "./time.js";
import { hardwareWords, permissionWords, reasonWords, stateWords } from "./words.js";

const DAY_MS = 86_400_000;
const HUES = 360;

/** A colour of its own for each app, the same on every page. */
function hueOf(id) {
  let sum = 7;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 9_973;
  return (sum * 137) % HUES;
}

const when = (at) => (Date.now() - at < DAY_MS ? clock(at) : moment(at));

const chips = (words, kind) => make("ul", { class: "chips", "data-kind": kind }, ...words.map((word) => make("li", {}, word)));

function fault({ at, reason, message }) {
  const words = reasonWords(reason) || message || reason;
  const detail = message && message.toLowerCase() !== words.toLowerCase() ? make("span", { class: "fault-detail" }, message) : null;
  return make("li", {}, make("time", { datetime: new Date(at).toISOString() }, when(at)), make("span", {}, words, detail));
}

export class AppCard {
  #acts;
  #app = null;
  #opened = false;
  #drawn = "";
  #parts;
  #settings;

  /** `acts` has `start`, `stop`, `edit` and `remove`. */
  constructor(id, acts) {
    this.#acts = acts;
    this.#settings = new AppSettings(id);
    this.#parts = this.#build(id);
  }

  get element() {
    return this.#parts.card;
  }

  show(app) {
    this.#app = app;
    setText(this.#parts.tile, [...titleOf(app)][0].toUpperCase());
    setText(this.#parts.name, titleOf(app));
    this.#parts.code.hidden = titleOf(app) === app.package;
    this.showState(app);
    this.#showSwitch(app);
    this.#drawFacts(app);
    this.#parts.foot.hidden = !app.mine;
    this.#settings.element.hidden = !app.settings.length;
    if (this.#opened) this.#settings.load();
  }

  /** Only what changes while time passes. */
  showState(app) {
    this.#parts.card.dataset.state = app.state;
    setText(this.#parts.state, stateWords(app, Date.now()));
    setText(this.#parts.since, app.state === "running" && app.since ? ` since ${when(app.since)}` : "");
  }

  #build(id) {
    const [tile, name, state, since] = ["app-tile", "app-name", "", "app-since"].map((of) => make("span", { class: of || null }));
    tile.setAttribute("aria-hidden", "true");
    tile.style.setProperty("--hue", hueOf(id));
    const code = make("code", {}, id);
    const words = make("span", { class: "app-words" }, make("span", { class: "app-title" }, name, code), make("span", { class: "app-state" }, make("i", { class: "dot", "aria-hidden": "true" }), make("span", {}, state, since)));
    const body = make("div", { class: "app-body", id: `app-${id}`, hidden: true });
    const open = make("button", { class: "app-open", type: "button", "aria-expanded": "false", "aria-controls": body.id, onclick: () => this.#toggle() }, tile, words, icon("down"));
    const again = make("button", { class: "quiet", type: "button", onclick: () => this.#acts.start() }, "Try now");
    const turn = make("button", { class: "quiet", type: "button", onclick: () => (isAlive(this.#app) ? this.#acts.stop() : this.#acts.start()) });
    const facts = make("dl", { class: "app-facts" });
    const foot = this.#foot();
    body.append(facts, this.#settings.element, foot);
    const card = make("article", { class: "app", "data-package": id }, make("div", { class: "app-head" }, make("h3", {}, open), again, turn), body);
    return { card, tile, name, code, state, since, body, open, again, turn, facts, foot };
  }

  #foot() {
    const button = (words, sign, act) => make("button", { class: "quiet", type: "button", onclick: act }, icon(sign), words);
    return make("p", { class: "app-foot" }, button("Edit", "edit", () => this.#acts.edit()), button("Remove", "trash", () => this.#acts.remove()));
  }

  #toggle() {
    this.#opened = !this.#opened;
    this.#parts.open.setAttribute("aria-expanded", String(this.#opened));
    this.#parts.body.hidden = !this.#opened;
    if (this.#opened) this.#settings.load();
  }

  #showSwitch(app) {
    const { again, turn } = this.#parts;
    const alive = isAlive(app);
    const words = alive ? "Stop" : "Start";
    again.hidden = app.state !== "lost";
    again.setAttribute("aria-label", `Try to reach ${titleOf(app)} now`);
    turn.disabled = app.state === "stopping";
    turn.dataset.turn = words.toLowerCase();
    turn.setAttribute("aria-label", `${words} ${titleOf(app)}`);
    if (turn.dataset.shown === words) return;
    turn.dataset.shown = words;
    turn.replaceChildren(icon(alive ? "stop" : "play"), words);
  }

  /** Nothing in here takes the focus, so it may be drawn anew; but not when nothing changed, for somebody may be reading. */
  #drawFacts(app) {
    const required = app.hardware.filter(({ level }) => level !== "OPTIONAL");
    const rows = [
      ["Went wrong lately", app.lastErrors.length ? make("ul", { class: "faults" }, ...[...app.lastErrors].sort((a, b) => b.at - a.at).map(fault)) : null],
      ["Listens to", app.subscriptions.length ? chips(app.subscriptions, "stream") : isAlive(app) ? "Nothing yet" : null],
      ["May use", app.permissions.length ? chips(app.permissions.map(({ type }) => permissionWords(type)), "permission") : "Nothing that needs a permission"],
      ["Needs", required.length ? chips(required.map(({ type }) => hardwareWords(type)), "hardware") : null],
      ["Server", app.publicUrl ? make("code", {}, app.publicUrl) : null],
    ];
    const drawn = JSON.stringify([app.lastErrors, app.subscriptions, app.permissions, app.hardware, app.publicUrl, isAlive(app)]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#parts.facts.replaceChildren(...rows.filter(([, content]) => content).map(([label, content]) => make("div", {}, make("dt", {}, label), make("dd", {}, content))));
  }
}
