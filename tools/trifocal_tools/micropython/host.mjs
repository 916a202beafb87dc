// One Node process, one MicroPython (the build keeps itself in `globalThis.Module`: a second one would overwrite it).
// The parent starts it with one JSON argument and speaks to it in frames; when stdin ends, so does this.
//
//   {"interpreter": ".../micropython.mjs", "image": "....romfs", "heap": bytes, "capped": whether it may not grow,
//    "counted": whether the parent counts the time,
//    "tests": {...}}       -> tests.mjs       or       "firmware": {...}}    -> firmware.mjs
//              or       "imports": {...}} -> imports.mjs      or       "radio": {...}}       -> radio.mjs

import fs from "node:fs";
import { pathToFileURL } from "node:url";

import { die, listen, send } from "./channels.mjs";
import { takeClock } from "./clock.mjs";
import { runFirmware } from "./firmware.mjs";
import { runImports } from "./imports.mjs";
import { runRadio } from "./radio.mjs";
import { runTests } from "./tests.mjs";

// Left alone, an error thrown inside micropython.mjs prints its one line of 110 kB.
process.on("uncaughtException", (error) => die(error?.stack ?? error));
process.on("unhandledRejection", (error) => die(error?.stack ?? error));

// `heapsize` is no limit in this build: the heap doubles at will. So from here on memory may not grow, and of what
// there is only so much is left that a doubling fails and the glue between JavaScript and Python still has its crumbs.
const CRUMBS = 32 * 1024;

function freezeMemory(mp) {
  complain = () => {}; // Emscripten tells of each growth that fails, and there are many
  WebAssembly.Memory.prototype.grow = () => {
    throw new RangeError("the memory is frozen");
  };
  const { _malloc: malloc, _free: free } = mp._module;
  const kept = malloc(CRUMBS);
  for (let size = 1 << 24; size >= 256; ) if (malloc(size) === 0) size >>= 1;
  free(kept);
}

// Each frame of the parent's comes at the time that was told before it, and is answered when all is quiet again.
function counted(clock, take) {
  let quiet = Promise.resolve();
  return (channel, data) => {
    data = Buffer.from(data);
    quiet = quiet.then(async () => {
      const told = channel === "A";
      if (!told) take(channel, data);
      await new Promise(setImmediate);
      await clock.advance(told ? data.readDoubleLE(0) : 0);
      send("q", JSON.stringify(clock.due()));
    });
  };
}

// micropython.mjs keeps whatever it finds here when it is loaded.
let complain = (...words) => send("t", words.join(" "));
console.error = (...words) => complain(...words);
const config = JSON.parse(process.argv[2]);
const { loadMicroPython } = await import(pathToFileURL(config.interpreter).href);
const print = (text) => send("t", text);
const mp = await loadMicroPython({
  heapsize: config.heap,
  romfs: new Uint8Array(fs.readFileSync(config.image)),
  stdout: print,
  stderr: print,
});
if (config.tests) {
  runTests(mp, config.tests);
} else if (config.imports) {
  runImports(mp, config.imports);
} else if (config.radio) {
  listen(runRadio(mp, config.radio));
} else {
  const clock = config.counted && takeClock();
  const take = runFirmware(mp, config.firmware, () => config.capped && freezeMemory(mp));
  listen(clock ? counted(clock, take) : take);
}
