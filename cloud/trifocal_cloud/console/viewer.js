// One photo or video, large: its original over its thumbnail, its details and its journey, and what can be done with it.

import { api } from "./api.js";
import { byId, make, setText } from "./dom.js";
import { notify, notifyProblem } from "./notices.js";
import { isVideo, nameOf, takenAt } from "./photos.js";
import { ShareDialog } from "./share.js";
import { bytes, fullMoment, moment, number } from "./time.js";
import { waterfall } from "./waterfall.js";

const SWIPE_PX = 60;

export class Viewer {
  #photos;
  #go;
  #photo = null;
  #swipeFrom = null;
  #wantsDetails = matchMedia("(min-width: 900px)").matches;
  #dialog = byId("viewer");
  #picture = byId("viewer-picture");
  #details = byId("viewer-details");
  #download = byId("viewer-download");
  #share = new ShareDialog();

  /** `go(photo)` asks for another photo to be shown, `go(null)` for the viewer to close. */
  constructor(photos, go) {
    this.#photos = photos;
    this.#go = go;
    this.#dialog.addEventListener("click", ({ target }) => this.#do(target.closest("[data-do]")?.dataset.do));
    this.#dialog.addEventListener("keydown", (event) => this.#key(event));
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.#go(null);
    });
    this.#picture.addEventListener("pointerdown", (event) => (this.#swipeFrom = event.pointerType === "mouse" ? null : event.clientX));
    this.#picture.addEventListener("pointerup", (event) => this.#swiped(event.clientX));
    byId("remove").addEventListener("close", ({ target }) => target.returnValue === "delete" && this.#remove());
    photos.addEventListener("removed", ({ detail }) => detail.photoId === this.#photo?.photoId && this.#vanished());
    photos.addEventListener("changed", () => this.#photo && this.#showTurns());
  }

  get shown() {
    return this.#photo;
  }

  show(photo) {
    this.#photo = photo;
    this.#showPicture(photo);
    setText(byId("viewer-title"), moment(takenAt(photo)));
    this.#download.href = photo.photoUrl;
    this.#showTurns();
    this.#setDetails(this.#wantsDetails);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close() {
    this.#photo = null;
    this.#picture.replaceChildren();
    if (byId("share").open) this.#share.close();
    if (byId("remove").open) byId("remove").close();
    if (this.#dialog.open) this.#dialog.close();
  }

  #showPicture(photo) {
    const size = { width: photo.width || null, height: photo.height || null };
    const preview = photo.thumbnailUrl && make("img", { class: "preview", src: photo.thumbnailUrl, alt: "", ...size });
    const original = isVideo(photo) ? this.#player(photo) : make("img", { class: "original", src: photo.photoUrl, alt: nameOf(photo), draggable: "false", ...size });
    original.addEventListener(isVideo(photo) ? "loadeddata" : "load", () => original.classList.add("here"));
    original.addEventListener("error", () => this.#photo === photo && notify(`The ${isVideo(photo) ? "video" : "picture"} could not be loaded`, "problem"));
    this.#picture.replaceChildren(...[preview, original].filter(Boolean));
    for (const step of [1, -1]) {
      const neighbour = this.#photos.beside(photo, step);
      if (neighbour && !isVideo(neighbour)) new Image().src = neighbour.photoUrl;
    }
  }

  #player(photo) {
    if (!photo.videoUrl) return make("p", { class: "unplayable" }, "This video cannot be played here; it can be downloaded.");
    return make("video", { class: "original", src: photo.videoUrl, controls: "", playsinline: "", autoplay: "", muted: "", "aria-label": nameOf(photo) });
  }

  #showTurns() {
    this.#dialog.querySelector("[data-do=newer]").disabled = !this.#photos.beside(this.#photo, -1);
    this.#dialog.querySelector("[data-do=older]").disabled = !this.#photos.beside(this.#photo, 1) && !this.#photos.hasMore;
  }

  #key(event) {
    if (event.target.closest("dialog") !== this.#dialog || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = { arrowleft: "newer", arrowright: "older", i: "details", s: "share", d: "download", delete: "remove", backspace: "remove" }[event.key.toLowerCase()];
    if (!action || (event.target.tagName === "VIDEO" && action !== "details")) return;
    event.preventDefault();
    this.#do(action);
  }

  #do(action) {
    if (!this.#photo) return;
    if (action === "close") this.#go(null);
    else if (action === "newer") this.#turn(-1);
    else if (action === "older") this.#turn(1);
    else if (action === "details") this.#setDetails(this.#details.hidden);
    else if (action === "share") this.#share.open(this.#photo);
    else if (action === "download") this.#download.click();
    else if (action === "remove") this.#confirmRemoval();
  }

  async #turn(step) {
    const from = this.#photo;
    if (step > 0 && !this.#photos.beside(from, step) && this.#photos.hasMore) await this.#photos.more().catch(notifyProblem);
    const next = this.#photos.beside(from, step);
    if (next && this.#photo === from) this.#go(next);
  }

  #swiped(to) {
    const way = this.#swipeFrom === null ? 0 : to - this.#swipeFrom;
    this.#swipeFrom = null;
    if (Math.abs(way) > SWIPE_PX) this.#turn(way < 0 ? 1 : -1);
  }

  #confirmRemoval() {
    byId("remove").returnValue = "keep";
    byId("remove").showModal();
  }

  async #remove() {
    const photo = this.#photo;
    try {
      await api.remove(photo.photoId);
    } catch (error) {
      if (error.status !== 404) return notifyProblem(error);
    }
    notify(isVideo(photo) ? "Video deleted" : "Photo deleted");
    return this.#photos.gone(photo.photoId);
  }

  /** Deleted, here or elsewhere: its neighbour takes its place. The list has already closed ranks. */
  #vanished() {
    const at = takenAt(this.#photo);
    const next = this.#photos.all.find((photo) => takenAt(photo) <= at) ?? this.#photos.all.at(-1);
    this.#go(next ?? null);
  }

  #setDetails(shown) {
    this.#wantsDetails = shown;
    this.#details.hidden = !shown;
    this.#dialog.querySelector("[data-do=details]").setAttribute("aria-pressed", String(shown));
    if (shown) this.#showDetails();
  }

  #showDetails() {
    const photo = this.#photo;
    const line = (name, value, code) => value && make("div", {}, make("dt", {}, name), make("dd", {}, code ? make("code", {}, value) : value));
    const list = make(
      "dl",
      {},
      line("Taken", photo.timestamp ? fullMoment(photo.timestamp) : "Unknown: the glasses had no clock"),
      line("Arrived", fullMoment(photo.uploadedAt)),
      line("Size", [photo.width && `${number(photo.width)} × ${number(photo.height)}`, bytes(photo.size)].filter(Boolean).join(" · ")),
      line("Kind", photo.mimeType),
      line("For", photo.appId),
      line("Owner", photo.userId),
      line("Request", photo.requestId, true),
      line("Press", photo.pressId, true),
      line("SHA-256", photo.sha256, true),
    );
    const journey = make("section", { class: "viewer-journey" });
    this.#details.replaceChildren(make("h2", {}, "Details"), list, journey);
    this.#showJourney(photo, journey);
  }

  async #showJourney(photo, section) {
    const { steps = [] } = await api.journeyOf(photo).catch(() => ({}));
    if (steps.length) section.replaceChildren(make("h2", {}, "How it got here"), waterfall(steps));
  }
}
