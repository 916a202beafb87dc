// Imports the firmware again and again, and tells how many milliseconds each time took. The first time counts for
// little: Node compiles the interpreter's code when it is first run, which a board never does.

import { leave, send } from "./channels.mjs";

const OF_THE_INTERPRETER = "import asyncio, binascii, hashlib, json, os, struct, sys, time";
const FORGET = "for name in [name for name in sys.modules if name.startswith('trifocal')]: del sys.modules[name]";

export function runImports(mp, { times }) {
  mp.runPython(OF_THE_INTERPRETER);
  for (let time = 0; time < times; time++) {
    const began = performance.now();
    mp.runPython("import trifocal_firmware.main");
    send("i", String(performance.now() - began));
    mp.runPython(FORGET);
  }
  leave(0);
}
