// What the glasses are told by way of cloud and gateway: which Wi-Fi, which lamp, which size of photo. Each has one answer.

import { api } from "./api.js";
import { byId, make, setText } from "./dom.js";

const DONE = {
  forget_wifi: "The glasses have forgotten it",
  rgb_led_control_on: "The lamp is on",
  rgb_led_control_off: "The lamp is off",
  button_photo_setting: "The glasses keep that size",
};

export class SetupDialog {
  #dialog = byId("setup");
  #ssid = byId("setup-ssid");
  #password = byId("setup-password");
  #turn = Promise.resolve();

  constructor() {
    byId("open-setup").addEventListener("click", () => this.#open());
    byId("setup-close").addEventListener("click", () => this.#dialog.close());
    byId("setup-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#join();
    });
    for (const button of this.#dialog.querySelectorAll("[data-errand]")) {
      button.addEventListener("click", () => this.#pushed(button.dataset.errand));
    }
    byId("setup-size").addEventListener("change", ({ target }) => this.#ask("button_photo_setting", { size: target.value }));
  }

  #open() {
    this.#dialog.showModal();
    this.#ask("request_wifi_status");
  }

  #pushed(errand) {
    if (errand !== "forget_wifi") return this.#ask(errand);
    return this.#ssid.reportValidity() && this.#ask(errand, { ssid: this.#ssid.value });
  }

  async #join() {
    const password = this.#password.value;
    const joined = await this.#ask("set_wifi_credentials", { ssid: this.#ssid.value, ...(password && { password }) });
    if (joined) this.#password.value = "";
  }

  /** One after the other. Whether the glasses did it; what they said stands in the dialog. */
  #ask(errand, values = {}) {
    this.#turn = this.#turn.then(() => this.#asked(errand, values));
    return this.#turn;
  }

  async #asked(errand, values) {
    setText(byId("setup-words"), "Asking the glasses …");
    try {
      const said = (await api.errand(errand, values)).values;
      setText(byId("setup-words"), DONE[errand] ?? this.#told(said));
      return true;
    } catch (error) {
      setText(byId("setup-words"), error.message);
      return false;
    }
  }

  #told({ networks, connected, ssid }) {
    if (!networks) return connected ? `The glasses are on ${ssid}` : "The glasses are on no Wi-Fi";
    byId("setup-networks").replaceChildren(...networks.map((network) => make("option", { value: network.ssid })));
    if (!networks.length) return "There is no Wi-Fi within reach";
    return `Within reach: ${networks.map((network) => network.ssid).join(", ")}`;
  }
}
