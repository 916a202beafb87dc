// Time that the parent counts: this process's clock stands until it is told what time it is. What MicroPython and its
// event loop know of time comes from here, so that it agrees with a parent whose time is not the machine's.

export function takeClock() {
  let now = Date.now();
  const began = now;
  const timers = new Map();
  let last = 0;
  Date.now = () => Math.floor(now);
  globalThis.setTimeout = (call, wait = 0, ...words) => {
    timers.set(++last, { at: now + Math.max(0, wait), call: () => call(...words) });
    return last;
  };
  globalThis.clearTimeout = (id) => void timers.delete(id);

  function next() {
    let found = null;
    for (const [id, { at }] of timers) if (found === null || at < timers.get(found).at) found = id;
    return found;
  }

  return {
    // Let it become `ms` since the beginning, if it is not later already, and do what is due by then.
    async advance(ms) {
      now = Math.max(now, began + ms);
      for (let id = next(); id !== null && timers.get(id).at <= now; id = next()) {
        const { call } = timers.get(id);
        timers.delete(id);
        call();
        await new Promise(setImmediate); // what it promised
      }
    },
    // Milliseconds since the beginning of the next thing that is due; null: nothing is.
    due() {
      const id = next();
      return id === null ? null : timers.get(id).at - began;
    },
  };
}
