// Sharing a photo: choose how long, get a link, copied at once, and be told when it ends.

import { api } from "./api.js";
import { copyField } from "./clipboard.js";
import { byId, setText } from "./dom.js";
import { moment } from "./time.js";

export class ShareDialog {
  #photo = null;
  #ends = "";
  #dialog = byId("share");
  #url = byId("share-url");

  constructor() {
    byId("share-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (byId("share-link").hidden) this.#makeLink();
    });
    byId("share-close").addEventListener("click", () => this.close());
    byId("share-copy").addEventListener("click", () => this.#copy());
    byId("share-expiry").addEventListener("change", () => this.#clear());
  }

  open(photo) {
    this.#photo = photo;
    this.#clear();
    this.#dialog.showModal();
    this.#dialog.querySelector("[name=expiry]:checked").focus();
  }

  close() {
    this.#dialog.close();
  }

  #clear() {
    byId("share-link").hidden = true;
    byId("share-make").hidden = false;
    setText(byId("share-words"), "");
  }

  async #makeLink() {
    const seconds = Number(this.#dialog.querySelector("[name=expiry]:checked").value);
    const button = byId("share-make");
    button.disabled = true;
    try {
      const { url, expiresAt } = await api.share(this.#photo.photoId, seconds);
      this.#url.value = new URL(url, location.origin).href;
      byId("share-link").hidden = false;
      button.hidden = true;
      this.#ends = `It works until ${moment(expiresAt)}.`;
      await this.#copy();
    } catch (error) {
      setText(byId("share-words"), `${error.message}.`);
    } finally {
      button.disabled = false;
    }
  }

  async #copy() {
    const copied = await copyField(this.#url);
    setText(byId("share-words"), `${copied ? "Link copied." : "Press Ctrl+C to copy the link."} ${this.#ends}`);
  }
}
