// A board at the end of stdin and stdout: real MicroPython at its prompt, with a folder of the disk as its flash.
// It ends with 65 when it resets, with 64 when it is rebooted softly; whoever started it starts it again.
//
//   {"interpreter": ".../micropython.mjs", "disk": ".../disk.mjs", "flash": folder, "boot": Python, "raw": whether the
//    prompt was a raw one before}

import { pathToFileURL } from "node:url";

const RESET = 65;
const REBOOT = 64;
const FORCED_EXIT = 256;

const config = JSON.parse(process.argv[2]);
const load = (path) => import(pathToFileURL(path).href);
const { loadMicroPython } = await load(config.interpreter);
const { mountDisk } = await load(config.disk);

const say = (data) => process.stdout.write(Buffer.from(data));
const mp = await loadMicroPython({ stdout: say, stderr: say, linebuffer: false });
mountDisk(mp.FS, config.flash, "/flash");
mp.registerJsModule("machine", { reset: () => process.exit(RESET) });
mp.runPython(config.boot);

// Raw paste waits for bytes in a loop that would keep JavaScript from delivering them, so the answer to whoever asks is
// that of a board without it.
const PASTE = Buffer.from([5, 0x41, 1]);
let asked = 0;

function type(byte) {
  if (byte === PASTE[asked]) {
    asked += 1;
    if (asked === PASTE.length) {
      asked = 0;
      say("R\0");
    }
    return;
  }
  for (const held of PASTE.subarray(0, asked)) enter(held);
  asked = byte === PASTE[0] ? 1 : 0;
  if (!asked) enter(byte);
}

function enter(byte) {
  if (mp.replProcessChar(byte) !== FORCED_EXIT) return;
  say("MPY: soft reboot\r\n");
  process.stdout.write("", () => process.exit(REBOOT));
}

mp.replInit();
if (config.raw) enter(1);
process.stdin.on("data", (data) => data.forEach(type));
process.stdin.on("end", () => process.exit(0));
