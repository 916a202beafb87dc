// The photos this page knows: the newest first, loaded page by page, joined by those that arrive meanwhile.
//
// Dispatches `added` (detail: {photo, index, live}), `removed` (detail: photo) and `changed` after any of them.

import { fullMoment } from "./time.js";

export const takenAt = (photo) => photo.timestamp || photo.uploadedAt;

export const isVideo = (photo) => photo.mimeType.startsWith("video/");

/** What a screen reader calls it. */
export const nameOf = (photo) => `${isVideo(photo) ? "Video" : "Photo"} of ${fullMoment(takenAt(photo))}`;

const comesFirst = (a, b) => takenAt(b) - takenAt(a) || (a.photoId < b.photoId ? -1 : 1);

export class Photos extends EventTarget {
  #list = [];
  #byId = new Map();
  #byRequest = new Map();
  #fetchPage;
  #cursor = null;
  #loading = null;
  #loaded = false;

  /** `fetchPage(cursor)` answers {photos, nextCursor}. */
  constructor(fetchPage) {
    super();
    this.#fetchPage = fetchPage;
  }

  get all() {
    return this.#list;
  }

  get hasMore() {
    return this.#cursor !== null;
  }

  /** Whether the first page has come, so that emptiness means something. */
  get loaded() {
    return this.#loaded;
  }

  byId(photoId) {
    return this.#byId.get(photoId) ?? null;
  }

  ofRequest(requestId) {
    return this.#byRequest.get(requestId) ?? null;
  }

  /** The photo next to this one: step -1 is newer, +1 is older; null at the ends and for a stranger. */
  beside(photo, step) {
    const index = this.#list.findIndex(({ photoId }) => photoId === photo.photoId);
    return index < 0 ? null : (this.#list[index + step] ?? null);
  }

  /** Fetches the next older page; calls made meanwhile share it. Rejects when the cloud does. */
  more() {
    this.#loading ??= this.#nextPage().finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #nextPage() {
    const { photos, nextCursor } = await this.#fetchPage(this.#cursor);
    this.#cursor = nextCursor ?? null;
    for (const photo of photos) this.#insert(photo, false);
    this.#changed();
  }

  /** Fetches as many photos as were there, so that those deleted meanwhile disappear and new ones come. */
  async refresh() {
    const wanted = this.#list.length;
    const found = [];
    let cursor = null;
    do {
      const page = await this.#fetchPage(cursor);
      found.push(...page.photos);
      cursor = page.nextCursor ?? null;
    } while (cursor !== null && found.length < wanted);
    const present = new Set(found.map((photo) => photo.photoId));
    const first = !this.#loaded;
    this.#loaded = true;
    this.#cursor = cursor;
    for (const photo of [...this.#list]) if (!present.has(photo.photoId)) this.#take(photo);
    for (const photo of found) this.#insert(photo, !first);
    this.#changed();
  }

  /** A photo that has just come. One older than everything loaded waits for its page. */
  arrived(photo) {
    const last = this.#list.at(-1);
    if (this.hasMore && last && comesFirst(last, photo) < 0) return;
    if (this.#insert(photo, true)) this.#changed();
  }

  /** A photo that is gone; harmless for one not here. */
  gone(photoId) {
    const photo = this.#byId.get(photoId);
    if (!photo) return;
    this.#take(photo);
    this.#changed();
  }

  #insert(photo, live) {
    if (this.#byId.has(photo.photoId)) return false;
    const after = this.#list.findIndex((other) => comesFirst(photo, other) < 0);
    const index = after < 0 ? this.#list.length : after;
    this.#list.splice(index, 0, photo);
    this.#byId.set(photo.photoId, photo);
    this.#byRequest.set(photo.requestId, photo);
    this.dispatchEvent(new CustomEvent("added", { detail: { photo, index, live } }));
    return true;
  }

  #take(photo) {
    this.#list.splice(this.#list.indexOf(photo), 1);
    this.#byId.delete(photo.photoId);
    this.#byRequest.delete(photo.requestId);
    this.dispatchEvent(new CustomEvent("removed", { detail: photo }));
  }

  #changed() {
    this.dispatchEvent(new Event("changed"));
  }
}
