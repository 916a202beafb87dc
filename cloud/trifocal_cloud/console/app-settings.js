// What a person can set about an app: a control for each item of its schema, kept by the cloud as soon as it is moved.
//
// The running app hears of it from the cloud. A value that the cloud refuses goes back to what it was.

import { api } from "./api.js";
import { make, setText } from "./dom.js";

const SAVED_MS = 2_000;
const MINUTE_S = 60;
const LONG_TEXT = 60;

let made = 0;
const newId = () => `setting-${(made += 1)}`;

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const twoDigits = (number) => String(number).padStart(2, "0");
const timeOf = (seconds) => `${twoDigits(Math.floor(seconds / 3_600))}:${twoDigits(Math.floor((seconds % 3_600) / MINUTE_S))}`;

function secondsOf(text) {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours * MINUTE_S + minutes) * MINUTE_S;
}

/** A control with its label before it; `shown` holds the control where that has company. */
const row = (item, control, shown = control) => make("div", { class: "setting" }, make("label", { for: control.id }, item.label || item.key), shown);

function toggle(item, save) {
  const id = newId();
  const control = make("button", { type: "button", role: "switch", "aria-checked": String(item.value === true), "aria-labelledby": id });
  control.addEventListener("click", () => {
    const on = control.getAttribute("aria-checked") !== "true";
    control.setAttribute("aria-checked", String(on));
    save(on);
  });
  return make("div", { class: "setting" }, make("span", { id }, item.label || item.key), control);
}

function text(item, save) {
  const value = String(item.value ?? "");
  const long = value.length > LONG_TEXT || value.includes("\n");
  const control = make(long ? "textarea" : "input", { id: newId(), autocomplete: "off", rows: long ? 3 : null, onchange: () => save(control.value) });
  control.value = value;
  const drawn = row(item, control);
  drawn.classList.add("wide");
  return drawn;
}

/** The values of options may be anything JSON can say; the control knows them by their place. */
function select(item, save) {
  const options = item.options.map(({ label, value }, place) => make("option", { value: place, selected: same(value, item.value) }, label));
  if (!item.options.some(({ value }) => same(value, item.value))) options.unshift(make("option", { value: "", selected: true, disabled: true }, "Choose"));
  const control = make("select", { id: newId(), onchange: () => save(item.options[Number(control.value)].value) }, ...options);
  return row(item, control);
}

function multiselect(item, save) {
  const chosen = Array.isArray(item.value) ? item.value : [];
  const boxes = item.options.map(({ value }) => make("input", { type: "checkbox", checked: chosen.some((one) => same(one, value)) }));
  const collect = () => save(item.options.filter((_, place) => boxes[place].checked).map(({ value }) => value));
  const labels = item.options.map(({ label }, place) => make("label", {}, boxes[place], label));
  return make("fieldset", { class: "setting wide", onchange: collect }, make("legend", {}, item.label || item.key), make("div", { class: "ticks" }, ...labels));
}

function slider(item, save) {
  const shown = make("output", {});
  const step = item.step ?? (Number.isInteger(item.min) && Number.isInteger(item.max) ? 1 : "any");
  const control = make("input", { id: newId(), type: "range", min: item.min, max: item.max, step, onchange: () => save(control.valueAsNumber) });
  control.value = item.value ?? item.min;
  const say = () => setText(shown, control.value);
  control.addEventListener("input", say);
  say();
  shown.setAttribute("for", control.id);
  return row(item, control, make("span", { class: "slid" }, control, shown));
}

function number(item, save) {
  const control = make("input", { id: newId(), type: "number", inputmode: "decimal", min: item.min, max: item.max, step: "any", onchange: () => control.reportValidity() && save(control.value === "" ? null : control.valueAsNumber) });
  control.value = item.value ?? "";
  return row(item, control);
}

function time(item, save) {
  const control = make("input", { id: newId(), type: "time", onchange: () => save(control.value === "" ? null : secondsOf(control.value)) });
  control.value = Number.isFinite(item.value) ? timeOf(item.value) : "";
  return row(item, control);
}

const CONTROLS = { toggle, text, text_no_save_button: text, select, select_with_search: select, multiselect, slider, numeric_input: number, time_picker: time };
const SHOWN = {
  group: ({ title }) => make("h5", {}, title),
  titleValue: ({ label, value }) => make("div", { class: "setting" }, make("span", {}, label), make("span", { class: "setting-said" }, typeof value === "string" ? value : JSON.stringify(value ?? ""))),
};

export class AppSettings {
  #id;
  #items = [];
  #rows = make("div", { class: "settings" });
  #said = make("span", { class: "settings-said", role: "status" });
  #saving = 0;
  #timer = 0;

  /** The settings of the app with this package name; empty until `load`. */
  constructor(id) {
    this.#id = id;
    this.element = make("section", { class: "app-settings", hidden: true }, make("h4", {}, "Settings", this.#said), this.#rows);
  }

  /** Asks the cloud; what the person is just about to set stays as it is. */
  async load() {
    if (this.element.hidden) return;
    try {
      const { settings } = await api.appSettings(this.#id);
      if (!this.#saving) this.#show(settings);
    } catch (error) {
      this.#say(`${error.message}.`, true);
    }
  }

  #show(items) {
    if (same(items, this.#items) || this.#rows.contains(document.activeElement)) return;
    this.#draw(items);
  }

  #draw(items) {
    this.#items = items;
    this.#rows.replaceChildren(...items.map((item) => this.#row(item)).filter(Boolean));
  }

  #row(item) {
    if (SHOWN[item.type]) return SHOWN[item.type](item);
    return CONTROLS[item.type]?.(item, (value) => this.#save(item.key, value)) ?? null;
  }

  async #save(key, value) {
    this.#saving += 1;
    try {
      const { settings } = await api.setAppSettings(this.#id, { [key]: value });
      this.#kept(key, value, settings);
      this.#say("Saved");
    } catch (error) {
      this.#draw(this.#items);
      this.#say(`${error.sentence || error.message}.`, true);
    } finally {
      this.#saving -= 1;
    }
  }

  /** The control shows already what the person set; only what the cloud made something else of is drawn. */
  #kept(key, value, settings) {
    if (!same(settings.find((item) => item.key === key)?.value, value)) this.#draw(settings);
    else this.#items = this.#items.map((item) => (item.key === key ? { ...item, value } : item));
  }

  #say(words, problem = false) {
    clearTimeout(this.#timer);
    setText(this.#said, words);
    this.#said.dataset.kind = problem ? "problem" : "plain";
    if (!problem) this.#timer = setTimeout(() => setText(this.#said, ""), SAVED_MS);
  }
}
