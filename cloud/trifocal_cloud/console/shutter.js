// The button: a click, tap or key is a short press, 800 ms held down is a long one.

const LONG_MS = 800;

export class Shutter {
  #press;
  #buttons;
  #downAt = null;
  #timer = 0;

  /** `press(long)` is told when the button comes up. */
  constructor(buttons, press) {
    this.#buttons = [...buttons];
    this.#press = press;
    for (const button of this.#buttons) this.#listen(button);
    addEventListener("blur", () => this.cancel());
  }

  get enabled() {
    return !this.#buttons[0].disabled;
  }

  set enabled(enabled) {
    for (const button of this.#buttons) button.disabled = !enabled;
    if (!enabled) this.cancel();
  }

  down() {
    if (!this.enabled || this.#downAt !== null) return;
    this.#downAt = performance.now();
    this.#show("short");
    this.#timer = setTimeout(() => this.#show("long"), LONG_MS);
  }

  up() {
    if (this.#downAt === null) return;
    const long = performance.now() - this.#downAt >= LONG_MS;
    this.cancel();
    this.#press(long);
  }

  /** Lets go without pressing. */
  cancel() {
    clearTimeout(this.#timer);
    this.#downAt = null;
    this.#show("");
  }

  #show(held) {
    for (const button of this.#buttons) button.dataset.held = held;
  }

  #listen(button) {
    const on = (name, listener) => button.addEventListener(name, listener);
    on("pointerdown", (event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.down();
    });
    on("pointerup", () => this.up());
    on("pointercancel", () => this.cancel());
    on("contextmenu", (event) => event.preventDefault());
    on("keydown", (event) => this.#key(event, () => this.down()));
    on("keyup", (event) => this.#key(event, () => this.up()));
    // A click that no pointer and no key made comes from a screen reader or another aid.
    on("click", (event) => event.detail === 0 && this.#press(false));
  }

  #key(event, act) {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    act();
  }
}
