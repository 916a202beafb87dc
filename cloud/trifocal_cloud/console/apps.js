// The apps this page knows: everything the cloud has registered, each with how it fares for this person.
//
// Dispatches `changed` (detail: {app, before}; `app` null when it is gone, `before` null when it is new, both null when
// there are none and the page may now say so).

const ALIVE = new Set(["starting", "running", "grace", "restarting", "lost"]);

/** Whether there is something to stop. */
export const isAlive = ({ state }) => ALIVE.has(state);

export const titleOf = ({ name, package: id }) => name || id;

const byTitle = (a, b) => titleOf(a).localeCompare(titleOf(b), "en") || (a.package < b.package ? -1 : 1);

export class Apps extends EventTarget {
  #byPackage = new Map();
  #fetchAll;
  #loaded = false;
  #heard = 0;

  /** `fetchAll()` answers {apps}. */
  constructor(fetchAll) {
    super();
    this.#fetchAll = fetchAll;
  }

  /** Sorted by what people call them. */
  get all() {
    return [...this.#byPackage.values()].sort(byTitle);
  }

  /** Whether the cloud has said which there are, so that emptiness means something. */
  get loaded() {
    return this.#loaded;
  }

  get(id) {
    return this.#byPackage.get(id) ?? null;
  }

  /** Fetches all; those removed meanwhile disappear. What was heard while it was asked is newer, so it is asked again. */
  async refresh() {
    const heard = this.#heard;
    const { apps } = await this.#fetchAll();
    if (heard !== this.#heard) return this.refresh();
    const present = new Set(apps.map((app) => app.package));
    this.#loaded = true;
    for (const id of [...this.#byPackage.keys()]) if (!present.has(id)) this.gone(id);
    for (const app of apps) this.#put(app);
    if (!this.#byPackage.size) this.#say(null, null);
    return undefined;
  }

  /** An app as the cloud has just told it. */
  put(app) {
    this.#heard += 1;
    this.#put(app);
  }

  /** An app that was removed; harmless for one not here. */
  gone(id) {
    const before = this.get(id);
    if (!this.#byPackage.delete(id)) return;
    this.#heard += 1;
    this.#say(null, before);
  }

  #put(app) {
    const before = this.get(app.package);
    this.#byPackage.set(app.package, app);
    this.#say(app, before);
  }

  #say(app, before) {
    this.dispatchEvent(new CustomEvent("changed", { detail: { app, before } }));
  }
}
