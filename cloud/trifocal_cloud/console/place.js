// Where in the page one is, kept in the address: #photos, #glasses, #journeys, #apps or #photo/<id>. Back closes a photo.

const TABS = ["photos", "glasses", "journeys", "apps"];
const PAGES = ["photos", "apps"];
const PHOTO = /^#photo\/([\w-]+)$/;

export class Place extends EventTarget {
  #tab = TABS[0];
  #page = PAGES[0];
  #photoId = null;
  #cameFromHere = false;

  get tab() {
    return this.#tab;
  }

  /** Which of the pages lies beside glasses and journeys where there is room for more than one tab. */
  get page() {
    return this.#page;
  }

  /** The open photo's id, or null. */
  get photoId() {
    return this.#photoId;
  }

  /** Reads the address now and whenever it changes; dispatches `changed` each time. */
  start() {
    addEventListener("hashchange", () => this.#read(true));
    this.#read(false);
  }

  goTo(tab) {
    location.hash = tab;
    // The browser tells of it later, and what is hidden until then takes no focus.
    this.#read(true);
    document.getElementById(tab).focus();
  }

  /** Turns to another photo, or with null closes the one that is open. */
  showPhoto(photoId) {
    if (photoId === null && this.#cameFromHere) {
      history.back();
      return;
    }
    history.replaceState(null, "", photoId === null ? `#${this.#tab}` : `#photo/${photoId}`);
    this.#read(this.#cameFromHere);
  }

  #read(cameFromHere) {
    const photo = PHOTO.exec(location.hash);
    const tab = location.hash.slice(1) || TABS[0];
    this.#cameFromHere = Boolean(photo) && cameFromHere;
    this.#photoId = photo ? photo[1] : null;
    if (TABS.includes(tab)) this.#tab = tab;
    if (PAGES.includes(tab)) this.#page = tab;
    this.dispatchEvent(new Event("changed"));
  }
}
