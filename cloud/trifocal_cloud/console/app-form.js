// Registering an app, or describing one of one's own anew. A key that the cloud made is shown once, copied at will.

import { api } from "./api.js";
import { copyField } from "./clipboard.js";
import { byId, make, setText } from "./dom.js";
import { HARDWARE, hardwareWords, PERMISSIONS, permissionWords } from "./words.js";

const REQUIRED = "REQUIRED";

function tick(type, words, checked) {
  return make("label", {}, make("input", { type: "checkbox", value: type, checked }), words);
}

/** Entries of the chosen types: as they were where they were there, so that what else they say is kept. */
function kept(before, chosen, fresh) {
  return chosen.map((type) => before.find((entry) => entry.type === type) ?? fresh(type));
}

const chosenIn = (box) => [...box.querySelectorAll(":checked")].map(({ value }) => value);

export class AppForm {
  #done;
  #app = null;
  #dialog = byId("app-form");
  #form = this.#dialog.querySelector("form");

  /** `done(app)` is told what the cloud has registered. */
  constructor(done) {
    this.#done = done;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#form.dataset.step === "ask") this.#save();
      else this.close();
    });
    byId("app-form-close").addEventListener("click", () => this.close());
    byId("app-key-copy").addEventListener("click", ({ target }) => this.#copy(target));
    byId("app-settings-json").addEventListener("input", () => this.#checkJson());
    // The key is not left lying in the page.
    this.#dialog.addEventListener("close", () => (byId("app-key-made").value = ""));
  }

  /** For a new app with null, else for one that is there. */
  open(app) {
    this.#app = app;
    this.#form.reset();
    this.#form.dataset.step = "ask";
    this.#fill(app);
    this.#say("");
    this.#dialog.showModal();
    (app ? byId("app-url") : byId("app-package")).focus();
  }

  close() {
    this.#dialog.close();
  }

  #fill(app) {
    setText(byId("app-form-title"), app ? `Edit ${app.name || app.package}` : "Register an app");
    setText(byId("app-form-save"), app ? "Save" : "Register");
    setText(byId("app-form-close"), "Cancel");
    byId("app-package").value = app?.package ?? "";
    byId("app-package").readOnly = Boolean(app);
    byId("app-url").value = app?.publicUrl ?? "";
    byId("app-name").value = app && app.name !== app.package ? app.name : "";
    byId("app-key").placeholder = app ? "Stays as it is" : "Made for you";
    for (const choice of this.#form.elements.kind) choice.checked = choice.value === (app?.type ?? "background");
    this.#fillTicks(app);
    byId("app-settings-json").value = app?.settings.length ? JSON.stringify(app.settings, null, 2) : "";
    byId("app-more").open = Boolean(app && (app.settings.length || app.hardware.length));
    this.#checkJson();
  }

  #fillTicks(app) {
    const may = (app?.permissions ?? []).map(({ type }) => type);
    const needs = (app?.hardware ?? []).filter(({ level }) => level === REQUIRED).map(({ type }) => type);
    const all = [...new Set([...PERMISSIONS, ...may])];
    byId("app-permissions").replaceChildren(...all.map((type) => tick(type, permissionWords(type), may.includes(type))));
    byId("app-hardware").replaceChildren(...HARDWARE.map((type) => tick(type, hardwareWords(type), needs.includes(type))));
  }

  #checkJson() {
    const field = byId("app-settings-json");
    let problem = "";
    try {
      if (field.value.trim()) this.#settings();
    } catch {
      problem = "This is no JSON list of settings.";
    }
    field.setCustomValidity(problem);
  }

  /** What the field declares: a list, or an object that holds one under `settings`. Throws when it is neither. */
  #settings() {
    const said = byId("app-settings-json").value.trim();
    const found = said ? JSON.parse(said) : [];
    const items = Array.isArray(found) ? found : found.settings;
    if (!Array.isArray(items)) throw new TypeError("no list");
    return items;
  }

  #described() {
    const before = this.#app;
    const needed = chosenIn(byId("app-hardware"));
    const optional = (before?.hardware ?? []).filter(({ type, level }) => level !== REQUIRED && !needed.includes(type));
    const required = (before?.hardware ?? []).filter(({ level }) => level === REQUIRED);
    const key = byId("app-key").value;
    return {
      publicUrl: byId("app-url").value.trim(),
      name: byId("app-name").value.trim(),
      type: before?.type === "system_dashboard" ? before.type : this.#form.elements.kind.value,
      permissions: kept(before?.permissions ?? [], chosenIn(byId("app-permissions")), (type) => ({ type })),
      hardware: [...kept(required, needed, (type) => ({ type, level: REQUIRED })), ...optional],
      settings: this.#settings(),
      ...(key ? { apiKey: key } : {}),
    };
  }

  async #save() {
    const button = byId("app-form-save");
    button.disabled = true;
    try {
      const { apiKey, ...app } = await api.putApp(byId("app-package").value.trim(), this.#described());
      this.#done(app);
      if (apiKey && !byId("app-key").value) this.#showKey(app, apiKey);
      else this.close();
    } catch (error) {
      this.#say(`${error.sentence || error.message}.`);
    } finally {
      button.disabled = false;
    }
  }

  #showKey(app, key) {
    this.#form.dataset.step = "key";
    setText(byId("app-form-title"), `${app.name || app.package} is registered`);
    byId("app-key-made").value = key;
    setText(byId("app-form-close"), "Close");
    byId("app-key-copy").focus();
  }

  async #copy(button) {
    setText(button, (await copyField(byId("app-key-made"))) ? "Copied" : "Press Ctrl+C");
  }

  #say(words) {
    const sentence = words && words[0].toUpperCase() + words.slice(1);
    setText(byId("app-form-problem"), sentence.replace(/\.+$/u, "."));
    setText(byId("app-key-copy"), "Copy");
  }
}
