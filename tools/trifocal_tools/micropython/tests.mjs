// Runs unittest files, one test a call: garbage is collected only when control comes back here.

import fs from "node:fs";
import path from "node:path";

import { leave, send } from "./channels.mjs";
import { mountDisk } from "./disk.mjs";

export function runTests(mp, { house, translated, runner, files }) {
  mountDisk(mp.FS, house, "/house", true);
  mountDisk(mp.FS, translated, "/translated", true);
  mp.runPython("import os; os.chdir('/house')");
  mp.runPython(fs.readFileSync(runner, "utf8"));
  const [complete, load, run] = ["complete", "load", "run"].map((name) => mp.globals.get(name));
  complete();
  for (const file of files) {
    const loaded = JSON.parse(load(path.posix.join("/translated", file)));
    for (let index = 0; index < loaded.count; index++) {
      const began = performance.now();
      send("r", JSON.stringify({ file, ...JSON.parse(run(index)), ms: performance.now() - began }));
    }
    send("r", JSON.stringify({ file, done: true, ...loaded }));
  }
  leave(0);
}
