// The firmware on a board whose Bluetooth is MicroPython's module `bluetooth`: the boards' own code on it, out of the
// image that is flashed. The module is the few lines below; what it is asked goes to the parent, who has a radio
// (`radio/far_board.py`). As on a board, a notification is taken or refused at once, and events come as interrupts.

import { die, send } from "./channels.mjs";
import { mountDisk } from "./disk.mjs";

const LENT = 4096; // for what an event brings

const BLUETOOTH = `
import json
from uctypes import addressof, bytearray_at
import host

class UUID:
    def __init__(self, value):
        self.value = value

class Radio:
    def __init__(self):
        self.written = {}
        self.handler = None

    def active(self, on):
        host.asked(json.dumps({"active": on}))

    def config(self, **settings):
        host.asked(json.dumps({"config": settings}))

    def irq(self, handler):
        self.handler = handler

    def gatts_register_services(self, services):
        ((uuid, characteristics),) = services
        host.asked(json.dumps({"service": uuid.value, "shape": [[one.value, flags] for one, flags in characteristics]}))
        return (tuple(range(1, len(characteristics) + 1)),)

    def gatts_set_buffer(self, handle, room, append):
        host.asked(json.dumps({"buffer": [handle, room, append]}))

    def gatts_read(self, handle):
        return self.written.pop(handle, b"")

    def gatts_notify(self, peer, handle, data):
        if not host.notify(peer, handle, addressof(data), len(data)):
            raise OSError(12)

    def gap_advertise(self, interval_us, data):
        host.asked(json.dumps({"advertise": interval_us, "data": data.hex()}))

    def gap_disconnect(self, peer):
        host.asked(json.dumps({"disconnect": peer}))

radio = Radio()

def BLE():
    return radio

def interrupt(event, peer, value, place, count):
    if event == 3:
        radio.written[value] = radio.written.get(value, b"") + bytes(bytearray_at(place, count))
    radio.handler(event, (peer, value))
`;

const BOOT = `
import asyncio, io, json, sys
import bluetooth, host
from uctypes import bytearray_at
from trifocal_firmware.board import Board
from trifocal_firmware.boards.parts.ble import GattLink
from trifocal_firmware.main import Firmware

class RadioBoard(Board):
    model = "radio"
    bare_packs = True

    def start(self, firmware):
        self.link = GattLink(bluetooth, host.name(), firmware)
        self.running = asyncio.create_task(self.link.run())

    def link_write(self, data):
        self.link.write(data)

    def link_pack(self, frame):
        return self.link.write_pack(frame)

    async def capture(self, size, compress):
        return bytearray_at(host.picture(), host.picture_bytes())

    def set_light(self, state):
        pass

    def report(self, step, fields):
        host.report(json.dumps({"step": step, "fields": fields}))

firmware = Firmware(RadioBoard(host.boot_id(), "radio_1", "/flash"))
interrupt = bluetooth.interrupt

def mcu_received(place, count):
    firmware.mcu_received(bytes(bytearray_at(place, count)))

async def live():
    try:
        await firmware.run()
    except BaseException as error:
        trace = io.StringIO()
        sys.print_exception(error, trace)
        host.died(trace.getvalue())

running = asyncio.create_task(live())
`;

export function runRadio(mp, { bootId, name, flash, shot }) {
  const { _malloc: malloc } = mp._module;
  const memory = () => mp._module.HEAPU8; // another one after each growth
  const picture = Buffer.from(shot, "base64");
  const [lent, pictureAt] = [malloc(LENT), malloc(picture.length)];
  memory().set(picture, pictureAt);
  let room = 0; // notifications that the stack takes now

  mountDisk(mp.FS, flash, "/flash");
  mp.FS.writeFile("/bluetooth.py", BLUETOOTH);
  mp.registerJsModule("host", {
    boot_id: () => bootId,
    name: () => name,
    asked: (call) => send("b", call),
    notify: (peer, handle, place, count) => {
      if (room <= 0) return false;
      room -= 1;
      const head = Buffer.alloc(4);
      head.writeUInt16LE(peer, 0);
      head.writeUInt16LE(handle, 2);
      send("n", Buffer.concat([head, memory().subarray(place, place + count)]));
      return true;
    },
    picture: () => pictureAt,
    picture_bytes: () => picture.length,
    report: (said) => send("o", said),
    died: (trace) => die(`the firmware ended:\n${trace}`),
  });
  mp.runPython("import sys; sys.path.append('/')");
  mp.runPython(BOOT);
  const [interrupt, mcuReceived] = ["interrupt", "mcu_received"].map((name) => mp.globals.get(name));

  const inputs = {
    B: (data) => {
      const value = data.subarray(5);
      memory().set(value, lent);
      interrupt(data[0], data.readUInt16LE(1), data.readUInt16LE(3), lent, value.length);
    },
    R: (data) => {
      room += data.readUInt32LE(0);
    },
    M: (data) => {
      memory().set(data, lent);
      mcuReceived(lent, data.length);
    },
  };
  return (channel, data) => inputs[channel](data);
}
