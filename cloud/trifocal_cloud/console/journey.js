// Journeys: the steps of one press (or of one request that nobody pressed for), gathered from the cloud's events.
//
// A step names its press, its request or both; the first step that names both joins what was two until then. A journey
// is `moving` until a photo of it is stored (`stored`), a step has told why there will be none (`failed`), or apps have
// heard the press, whose it is then (`heard`).
// `captured_locally` ends only the request: the photo follows under its own id. Repeated steps count once. The oldest
// journeys give way.

const KEPT = 60;
const STEPS_KEPT = 60;

/** Why a step ended its request; empty for one that did not. A press that asks for nothing possible ends with itself. */
export const reasonOf = ({ step, detail, reason }) => reason || (step === "failed" ? detail || "cloud_error" : "");

export class Journey {
  constructor(id) {
    this.id = id;
    this.openedAt = Date.now();
    this.steps = [];
    this.requests = new Set();
    this.presses = new Set();
    /** How much of the photo has come from the glasses, {percent, bytesPerSecond}, until a later step is known. */
    this.sending = null;
  }

  get startedAt() {
    return this.steps.length ? this.steps[0].at : this.openedAt;
  }

  /** When the photo was safe in the gallery; null before that. */
  get storedAt() {
    return this.steps.find((step) => step.step === "stored")?.at ?? null;
  }

  /** When an app had the photo it asked for; null before that. */
  get deliveredAt() {
    return this.steps.find((step) => step.step === "delivered")?.at ?? null;
  }

  get last() {
    return this.steps.at(-1);
  }

  /** "moving", "stored", "heard" or "failed" */
  get state() {
    if (this.storedAt !== null) return "stored";
    if (this.failure) return "failed";
    return this.steps.some(({ heard }) => heard) ? "heard" : "moving";
  }

  /** Why there will be no photo, as a word from the cloud's list; empty unless it has failed. */
  get failure() {
    return this.steps.findLast((step) => step.reason && step.reason !== "captured_locally")?.reason ?? "";
  }

  /** "short", "long" or "" when nobody said. */
  get pressType() {
    return this.steps.find((step) => step.step === "pressed")?.detail.split(" ")[1] ?? "";
  }

  /** Whether the step was new. A retry that repeats the step before it says nothing new; too many are cut in the middle. */
  add(step) {
    const alike = (other) => other.source === step.source && other.step === step.step && other.requestId === step.requestId;
    const before = this.steps.findLastIndex((other) => other.at <= step.at);
    if (this.steps.some((other) => alike(other) && other.at === step.at)) return false;
    if (before >= 0 && alike(this.steps[before])) return false;
    this.steps.splice(before + 1, 0, step);
    this.sending = null;
    if (this.steps.length > STEPS_KEPT) this.steps.splice(STEPS_KEPT / 2, 1);
    return true;
  }
}

export class Journeys extends EventTarget {
  #list = [];
  #byName = new Map();

  /** Newest first. */
  get all() {
    return this.#list;
  }

  /** Opens a journey for a press made here, before the first word of it comes back. */
  pressed(pressId) {
    this.#changed(this.#find({ pressId, requestId: "" }));
  }

  /** A `step` event of the cloud. */
  stepped({ source, step, at, detail = "", reason = "", status = "", requestId = "", pressId = "" }) {
    if (!requestId && !pressId) return;
    const journey = this.#find({ pressId, requestId });
    const heard = status === "heard";
    if (journey.add({ source, step, at, detail, requestId, heard, reason: reasonOf({ step, detail, reason }) })) this.#changed(journey);
  }

  /** So much of a photo has come; what nobody knows of, or what is over, is not opened for it. */
  moved({ requestId, percent, bytesPerSecond }) {
    const journey = this.#byName.get(`request ${requestId}`);
    if (journey?.state !== "moving") return;
    journey.sending = { percent, bytesPerSecond };
    this.#changed(journey);
  }

  /** A photo is in the gallery: when it was taken out of reach, only its own time tells when its journey began. */
  photographed({ requestId, timestamp }) {
    const journey = this.#byName.get(`request ${requestId}`);
    if (!journey || !timestamp || journey.steps.some(({ step }) => step === "captured")) return;
    if (journey.add({ source: "glasses", step: "captured", at: timestamp, detail: "", requestId, reason: "" })) this.#changed(journey);
  }

  #find({ pressId, requestId }) {
    const names = [pressId && `press ${pressId}`, requestId && `request ${requestId}`].filter(Boolean);
    const known = [...new Set(names.map((name) => this.#byName.get(name)).filter(Boolean))];
    const journey = known[0] ?? this.#open(names[0]);
    for (const other of known.slice(1)) this.#join(journey, other);
    if (pressId) journey.presses.add(pressId);
    if (requestId) journey.requests.add(requestId);
    for (const name of names) this.#byName.set(name, journey);
    return journey;
  }

  #open(id) {
    const journey = new Journey(id);
    this.#list.unshift(journey);
    if (this.#list.length > KEPT) this.#forget(this.#list.at(-1));
    return journey;
  }

  #join(journey, other) {
    for (const step of other.steps) journey.add(step);
    for (const id of other.requests) journey.requests.add(id);
    for (const id of other.presses) journey.presses.add(id);
    this.#forget(other);
    for (const id of journey.requests) this.#byName.set(`request ${id}`, journey);
    for (const id of journey.presses) this.#byName.set(`press ${id}`, journey);
  }

  #forget(journey) {
    this.#list.splice(this.#list.indexOf(journey), 1);
    for (const [name, owner] of this.#byName) if (owner === journey) this.#byName.delete(name);
    this.dispatchEvent(new CustomEvent("forgotten", { detail: journey }));
  }

  #changed(journey) {
    this.#list.sort((a, b) => b.startedAt - a.startedAt);
    this.dispatchEvent(new CustomEvent("changed", { detail: journey }));
  }
}
