// The firmware with its SimBoard: the module `host` that SimBoard talks to, and the parent's frames as its inputs.

import { die, send } from "./channels.mjs";
import { mountDisk } from "./disk.mjs";

const FRAME_BUFFER = 512 * 1024; // as on a board: outside the heap, and there from the start
const LINK_BUFFER = 4096;

// What JavaScript calls are plain functions, fetched once: each look-up of an attribute would leave a proxy on the heap.
const BOOT = `
import asyncio, gc, io, sys
import host
import uctypes
from trifocal_firmware.boards.sim import SimBoard
from trifocal_firmware.main import Firmware

board = SimBoard(host)
firmware = Firmware(board)
captured = board.captured
link_opened = firmware.link_opened
link_closed = firmware.link_closed
link_room = firmware.link_room
level_changed = firmware.level_changed
changed = firmware.changed
collect = gc.collect
live_bytes = gc.mem_alloc

def link_received(place, count):
    firmware.link_received(bytes(uctypes.bytearray_at(place, count)))

def mcu_received(place, count):
    firmware.mcu_received(bytes(uctypes.bytearray_at(place, count)))

async def live():
    try:
        await firmware.run()
    except BaseException as error:
        trace = io.StringIO()
        sys.print_exception(error, trace)
        host.died(trace.getvalue())

running = asyncio.create_task(live())
`;

export function runFirmware(mp, { bootId, deviceId, seed, flash, world }, freeze) {
  const { _malloc: malloc, _free: free } = mp._module;
  const memory = () => mp._module.HEAPU8; // another one after each growth
  const linkBuffer = malloc(LINK_BUFFER);
  let picture = { place: malloc(FRAME_BUFFER), room: FRAME_BUFFER };
  let room = 0; // packs that the link takes now
  freeze();

  mountDisk(mp.FS, flash, "/flash");
  mp.registerJsModule("host", {
    boot_id: () => bootId,
    device_id: () => deviceId,
    flash_folder: () => "/flash",
    link_write: (place, count) => send("l", memory().subarray(place, place + count)),
    link_pack: (place, count) => {
      if (room <= 0) return false;
      room -= 1;
      send("k", memory().subarray(place, place + count));
      return true;
    },
    capture: (number, size, compress) => send("p", JSON.stringify({ number, size, compress })),
    picture: () => picture.place,
    set_light: (state) => send("s", state),
    seed: () => seed,
    air: () => world.air,
    battery: () => world.battery,
    charging: () => world.charging,
    folded: () => world.folded,
    temperature: () => world.temperature,
    report: (step, fields) => send("o", JSON.stringify({ step, fields: JSON.parse(fields) })),
    died: (trace) => die(`the firmware ended:\n${trace}`),
  });
  mp.runPython(BOOT);
  const py = (name) => mp.globals.get(name);
  const [captured, levelChanged, changed] = ["captured", "level_changed", "changed"].map(py);
  const [linkOpened, linkRoom, linkClosed] = ["link_opened", "link_room", "link_closed"].map(py);
  const [linkReceived, mcuReceived] = ["link_received", "mcu_received"].map(py);
  const [collect, liveBytes] = ["collect", "live_bytes"].map(py);

  function feed(input, data) {
    for (let at = 0; at < data.length; at += LINK_BUFFER) {
      const piece = data.subarray(at, at + LINK_BUFFER);
      memory().set(piece, linkBuffer);
      input(linkBuffer, piece.length);
    }
  }

  function takePicture(data) {
    const jpeg = data.subarray(4);
    if (jpeg.length > picture.room) {
      free(picture.place);
      const place = malloc(jpeg.length);
      picture = { place, room: place ? jpeg.length : 0 };
    }
    const fits = jpeg.length <= picture.room;
    if (fits) memory().set(jpeg, picture.place);
    captured(data.readUInt32LE(0), fits ? jpeg.length : 0);
  }

  // What is alive: collected in one call from outside and counted in the next, for a running call keeps its garbage.
  function tellHeap() {
    collect();
    send("h", String(liveBytes()));
  }

  const inputs = {
    O: () => {
      room = 0;
      linkOpened();
    },
    R: (data) => {
      room += data.readUInt32LE(0);
      linkRoom();
    },
    L: (data) => feed(linkReceived, data),
    C: () => linkClosed(),
    M: (data) => feed(mcuReceived, data),
    E: (data) => {
      const { button, down } = JSON.parse(data.toString());
      levelChanged(button, down);
    },
    W: (data) => {
      world = JSON.parse(data.toString());
      changed();
    },
    P: takePicture,
    H: tellHeap,
  };
  return (channel, data) => inputs[channel](data);
}
