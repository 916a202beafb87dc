// The gallery: a grid of thumbnails, a heading for each day, older pages as one scrolls, arrows to walk the grid.

import { byId, make } from "./dom.js";
import { isVideo, nameOf, takenAt } from "./photos.js";
import { dayKey, dayTitle } from "./time.js";

const NEARLY_THERE = "800px";

export class Gallery {
  #photos;
  #failed;
  #tiles = new Map();
  #days = byId("days");
  #bottom;

  /** `failed(error)` is told when an older page cannot be fetched. */
  constructor(photos, failed) {
    this.#photos = photos;
    this.#failed = failed;
    photos.addEventListener("added", ({ detail }) => this.#add(detail));
    photos.addEventListener("removed", ({ detail }) => this.#remove(detail));
    photos.addEventListener("changed", () => this.#settle());
    this.#days.addEventListener("keydown", (event) => this.#walk(event));
    this.#days.addEventListener("focusin", ({ target }) => this.#makeReachable(target.closest(".tile")));
    this.#bottom = new IntersectionObserver(([entry]) => entry.isIntersecting && this.#loadOlder(), { rootMargin: NEARLY_THERE });
    this.#bottom.observe(byId("more"));
  }

  /** Puts the keyboard's focus on a photo's tile, or on the nearest one that is left. */
  focus(photoId) {
    const tile = this.#tiles.get(photoId) ?? this.#days.querySelector(".tile");
    (tile ?? byId("photos")).focus();
  }

  async #loadOlder() {
    if (!this.#photos.hasMore) return;
    await this.#photos.more().catch(this.#failed);
    // Observing anew asks again whether the end is in sight: a page may not fill a large screen.
    this.#bottom.unobserve(byId("more"));
    this.#bottom.observe(byId("more"));
  }

  #add({ photo, index, live }) {
    const tile = this.#tile(photo, live);
    this.#tiles.set(photo.photoId, tile);
    const grid = this.#gridOf(takenAt(photo));
    const next = this.#photos.all[index + 1];
    const before = next ? this.#tiles.get(next.photoId) : null;
    grid.insertBefore(tile, before?.parentElement === grid ? before : null);
  }

  #tile(photo, live) {
    const words = nameOf(photo);
    const image = photo.thumbnailUrl ? make("img", { src: photo.thumbnailUrl, alt: "", loading: live ? "eager" : "lazy", decoding: "async", draggable: "false" }) : make("span", { class: "no-preview" }, photo.mimeType);
    const tile = make("a", { class: live ? "tile fresh" : "tile", href: `#photo/${photo.photoId}`, tabindex: "-1", "data-photo": photo.photoId, "aria-label": words }, image);
    if (isVideo(photo)) tile.dataset.kind = "video";
    const ratio = photo.width && photo.height ? photo.width / photo.height : 4 / 3;
    tile.style.setProperty("--ratio", Math.min(2.4, Math.max(0.6, ratio)).toFixed(3));
    tile.addEventListener("animationend", () => tile.classList.remove("fresh"), { once: true });
    return tile;
  }

  /** The grid of a day, made and put in its place when this is the day's first photo. */
  #gridOf(at) {
    const key = dayKey(at);
    const found = this.#days.querySelector(`[data-day="${key}"] .grid`);
    if (found) return found;
    const grid = make("div", { class: "grid" });
    const day = make("section", { class: "day", "data-day": key, "aria-label": dayTitle(at, Date.now()) }, make("h3", {}, make("time", { datetime: key }, dayTitle(at, Date.now()))), grid);
    const older = [...this.#days.children].find((other) => other.dataset.day < key);
    this.#days.insertBefore(day, older ?? null);
    return grid;
  }

  #remove(photo) {
    const tile = this.#tiles.get(photo.photoId);
    const day = tile.closest(".day");
    tile.remove();
    this.#tiles.delete(photo.photoId);
    if (!day.querySelector(".tile")) day.remove();
  }

  #settle() {
    byId("empty").hidden = !this.#photos.loaded || this.#photos.all.length > 0;
    byId("more").hidden = !this.#photos.hasMore;
    const walking = this.#days.contains(document.activeElement) && this.#days.querySelector('.tile[tabindex="0"]');
    if (!walking) this.#makeReachable(this.#days.querySelector(".tile"));
  }

  /** Tab stops once in the grid; the arrows do the rest. */
  #makeReachable(tile) {
    if (!tile) return;
    for (const other of this.#days.querySelectorAll('.tile[tabindex="0"]')) other.tabIndex = -1;
    tile.tabIndex = 0;
  }

  #walk(event) {
    const tile = event.target.closest(".tile");
    if (!tile || event.altKey || event.ctrlKey || event.metaKey) return;
    const tiles = [...this.#days.querySelectorAll(".tile")];
    const index = tiles.indexOf(tile);
    const next = { ArrowLeft: tiles[index - 1], ArrowRight: tiles[index + 1], Home: tiles[0], End: tiles.at(-1), ArrowUp: this.#across(tiles, index, -1), ArrowDown: this.#across(tiles, index, 1) }[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** The tile in the row above (-1) or below (1) that lies nearest in the direction across. */
  #across(tiles, index, step) {
    const here = tiles[index].getBoundingClientRect();
    const middle = here.left + here.width / 2;
    let best = null;
    let row = null;
    for (let other = index + step; tiles[other]; other += step) {
      const box = tiles[other].getBoundingClientRect();
      if (Math.abs(box.top - here.top) < 2) continue;
      row ??= box.top;
      if (Math.abs(box.top - row) >= 2) break;
      const distance = Math.abs(box.left + box.width / 2 - middle);
      if (!best || distance < best.distance) best = { tile: tiles[other], distance };
    }
    return best?.tile;
  }
}
