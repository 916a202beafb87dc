// The glasses as the cloud knows them: the drawing with its privacy light, the chain up to the cloud, the facts, and
// for simulated ones the levers a hand would move.

import { byId, make, setText } from "./dom.js";

/** A photo takes some tens of milliseconds; the light is shown at least this long, so that eyes can see it. */
const LEAST_LIGHT_MS = 700;

const CAMERA = { off: "Camera off", warming: "Camera warming up", ready: "Camera ready", capturing: "Taking a photo", recording: "Recording", streaming: "Streaming" };
const LINKS = { scanning: "Looked for", linked: "Linked, no answer yet", mcu_ready: "Only their controller answers" };
const LEVERS = { charge: ["unplug", "charge"], online: ["offline", "online"], unfold: ["fold", "unfold"] };

export class GlassesPanel {
  #act;
  #state = null;
  #lightSince = 0;
  #lightTimer = 0;
  #adjusting = false;
  #stage = byId("stage");
  #range = byId("battery-level");
  #levers = document.querySelectorAll("[data-lever]");
  #dials = document.querySelectorAll("[data-dial]");
  #dialling = null;

  /** `act(command, value)` carries out what the person did and answers whether it came to pass. */
  constructor(act) {
    this.#act = act;
    for (const lever of this.#levers) lever.addEventListener("click", () => this.#pull(lever));
    this.#range.addEventListener("input", () => this.#adjust());
    this.#range.addEventListener("change", () => this.#adjusted());
    for (const dial of this.#dials) {
      dial.addEventListener("input", () => this.#dial(dial));
      dial.addEventListener("change", () => this.#dialled(dial));
    }
    byId("drop").addEventListener("click", () => this.#act("drop", ""));
  }

  /** Simulated glasses, or real ones within reach: something is there to press. */
  get pressable() {
    return Boolean(this.#state && (this.#state.sim || (this.#state.gateway && this.#state.connected)));
  }

  get connected() {
    return Boolean(this.#state?.gateway && this.#state.connected);
  }

  get simulated() {
    return Boolean(this.#state?.sim);
  }

  /** What `/api/glasses` says, whole or in part. */
  show(state) {
    this.#state = { ...this.#state, ...state };
    const { sim } = this.#state;
    this.#stage.dataset.sim = sim ? sim.python : "none";
    this.#stage.dataset.folded = String(Boolean(sim?.folded));
    this.#stage.dataset.away = String(!this.#state.connected);
    this.#showCamera(sim?.light ?? "off", sim?.cameraState ?? "off");
    this.#showChain();
    this.#showFacts();
    this.#showLevers();
  }

  /** A step went through this part of the chain: let it be seen. */
  pulse(part) {
    const link = document.querySelector(`.chain [data-part="${CSS.escape(part)}"]`);
    link?.getAnimations({ subtree: true }).forEach((animation) => animation.cancel());
    link?.classList.remove("pulse");
    // Reading the box makes the browser notice that the class was away.
    void link?.offsetWidth;
    link?.classList.add("pulse");
  }

  /** Whether the line to the cloud stands. */
  showCloud(live) {
    this.#setLink("cloud", live, live ? "Connected" : "Out of reach");
  }

  #showCamera(light, camera) {
    clearTimeout(this.#lightTimer);
    const shownFor = performance.now() - this.#lightSince;
    if (light === "off" && this.#stage.dataset.light !== "off" && shownFor < LEAST_LIGHT_MS) {
      this.#lightTimer = setTimeout(() => this.#showCamera(light, camera), LEAST_LIGHT_MS - shownFor);
      return;
    }
    if (light !== "off" && this.#stage.dataset.light !== light) this.#lightSince = performance.now();
    this.#stage.dataset.light = light;
    const known = Boolean(this.#state.sim);
    const doing = light === "video" && camera === "capturing" ? "recording" : camera;
    setText(byId("camera-words"), known ? (CAMERA[doing] ?? doing) : "");
    setText(byId("light-words"), known ? `Privacy light ${light === "off" ? "off" : "on"}` : "");
  }

  #showChain() {
    const { gateway, connected, link, model, sim } = this.#state;
    const away = sim && !sim.online ? "Out of reach" : (LINKS[link] ?? "Not connected");
    this.#setLink("glasses", connected, sim?.folded ? "Folded" : connected ? "Connected" : away);
    this.#setLink("gateway", gateway, gateway ? "Connected" : "Not connected");
    setText(byId("glasses-title"), model || "Glasses");
  }

  #setLink(part, up, words) {
    const link = document.querySelector(`.chain [data-part="${part}"]`);
    link.dataset.up = String(Boolean(up));
    setText(link.querySelector("span"), words);
  }

  #showFacts() {
    const { sim, battery, charging } = this.#state;
    const stored = sim?.storedPhotos ?? 0;
    setText(byId("fact-stored"), !sim ? "Unknown" : stored ? `${stored} waiting` : "Nothing waiting");
    setText(byId("made-of"), sim ? `Simulated glasses: the real firmware on ${sim.python === "micropython" ? "MicroPython" : "CPython"}, camera “${sim.camera}”.` : "");
    const level = sim ? sim.battery : battery;
    this.#showBattery(level, sim ? sim.charging : charging);
    if (!this.#adjusting) this.#range.value = level;
  }

  #showBattery(level, charging = this.#state.sim?.charging) {
    const known = level >= 0;
    const battery = byId("battery");
    battery.style.setProperty("--level", `${known ? level : 0}%`);
    battery.dataset.level = !known ? "unknown" : level < 10 ? "empty" : level < 25 ? "low" : "fine";
    setText(byId("fact-battery"), known ? `${level} %${charging ? ", charging" : ""}` : "Unknown");
  }

  #showLevers() {
    const { sim, gateway, connected } = this.#state;
    byId("levers").hidden = !sim;
    byId("no-sim").hidden = Boolean(sim);
    if (!sim) this.#explain(gateway && connected);
    setText(byId("shutter-words"), sim ? "Press for a photo, hold for a video" : "Takes a photo");
    byId("hand").hidden = !this.pressable;
    const on = sim && { charge: sim.charging, online: sim.online, unfold: !sim.folded };
    for (const lever of this.#levers) lever.setAttribute("aria-checked", String(Boolean(on?.[lever.dataset.lever])));
    byId("drop").disabled = !connected;
    const radio = { loss: sim?.loss ?? 0, latency: sim?.latencyMs ?? 0 };
    for (const dial of this.#dials) if (dial !== this.#dialling) dial.value = radio[dial.dataset.dial];
    this.#showRadio();
  }

  #explain(real) {
    const words = real
      ? [make("p", {}, "These are real glasses: press their button, or take a photo from here.")]
      : [make("p", {}, "No glasses are attached. For simulated ones, on this machine:"), make("p", { class: "command" }, make("code", {}, "trifocal sim")), make("p", {}, "or start everything at once with ", make("code", {}, "trifocal up"), ".")];
    byId("no-sim").replaceChildren(...words);
  }

  #pull(lever) {
    const on = lever.getAttribute("aria-checked") === "true";
    this.#act(LEVERS[lever.dataset.lever][on ? 0 : 1], "");
  }

  #showRadio() {
    const [loss, latency] = ["loss", "latency"].map((name) => Number(byId(`dial-${name}`).value));
    setText(byId("radio-words"), loss || latency ? `Weak radio: ${loss} % lost, ${latency} ms late` : "Good radio");
  }

  #dial(dial) {
    this.#dialling = dial;
    this.#showRadio();
  }

  async #dialled(dial) {
    this.#dialling = null;
    if (!(await this.#act(dial.dataset.dial, dial.value))) this.#showLevers();
  }

  #adjust() {
    this.#adjusting = true;
    this.#showBattery(Number(this.#range.value));
  }

  async #adjusted() {
    this.#adjusting = false;
    if (!(await this.#act("battery", this.#range.value))) this.#showFacts();
  }
}
