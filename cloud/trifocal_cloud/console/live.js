// The page's line to the cloud.
//
// Each connection opens the socket first, then asks `/api/events` for what was missed, then lets the page renew its
// state, and only then hands on what the socket said meanwhile. Entries carry rising numbers (also across a restart of
// the cloud), so nothing is lost and nothing comes twice.
//
// Dispatches `entry` (detail: {entry: one event of the cloud, missed: whether it is being caught up with}) and `state`
// (detail: {state: "live" | "connecting" | "waiting" | "ended", retryInMs}). Waits 0.5 s doubling to 15 s between attempts, jittered.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const STATE_KINDS = new Set(["gallery", "glasses", "sim", "app", "progress"]);

export class Live extends EventTarget {
  #socket = null;
  #held = null;
  #last = 0;
  #failures = 0;
  #timer = 0;
  #running = false;
  #fetchEvents;
  #renew;

  /** `fetchEvents(after)` answers {events}; `renew()` brings gallery, glasses and apps up to date. Both may reject. */
  constructor(fetchEvents, renew) {
    super();
    this.#fetchEvents = fetchEvents;
    this.#renew = renew;
  }

  get running() {
    return this.#running;
  }

  start() {
    this.#running = true;
    this.#connect();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    this.#say("ended");
  }

  /** Ends a wait early; harmless otherwise. */
  retryNow() {
    if (!this.#running || this.#socket) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Asks a door of the cloud whether the line still stands; a dead socket may not know that it is. */
  async check() {
    const socket = this.#socket;
    if (!socket || this.#held) return;
    await this.#fetchEvents(this.#last).catch(() => this.#drop(socket));
  }

  #connect() {
    const address = new URL("/console-ws", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    this.#socket = socket;
    this.#held = [];
    this.#say("connecting");
    socket.onopen = () => this.#catchUp(socket);
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#lost(socket);
  }

  async #catchUp(socket) {
    try {
      const { events } = await this.#fetchEvents(this.#last);
      for (const entry of events) this.#take(entry, true);
      await this.#renew();
    } catch {
      this.#drop(socket);
      return;
    }
    if (socket !== this.#socket) return;
    const held = this.#held;
    this.#held = null;
    for (const entry of held) this.#hear(entry);
    this.#failures = 0;
    this.#say("live");
  }

  #hear(entry) {
    if (this.#held) this.#held.push(entry);
    else this.#take(entry, false);
  }

  /** Missed states are not replayed: `renew` fetches what they led to. */
  #take(entry, missed) {
    if (entry.id <= this.#last) return;
    this.#last = entry.id;
    if (missed && STATE_KINDS.has(entry.kind)) return;
    this.dispatchEvent(new CustomEvent("entry", { detail: { entry, missed } }));
  }

  /** Closing a dead socket can take a minute; it is lost now. */
  #drop(socket) {
    socket.close();
    this.#lost(socket);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (!this.#running) return;
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    const wait = longest * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#say("waiting", wait);
  }

  #say(state, retryInMs = 0) {
    this.dispatchEvent(new CustomEvent("state", { detail: { state, retryInMs } }));
  }
}
