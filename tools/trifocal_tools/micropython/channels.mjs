// Frames over stdin and stdout: a channel letter, the length as four bytes (little-endian), the payload.
// Which letters there are: `host.py`.

const HEAD = 5;

export function send(channel, payload) {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const frame = Buffer.allocUnsafe(HEAD + bytes.length);
  frame.write(channel, 0, "latin1");
  frame.writeUInt32LE(bytes.length, 1);
  frame.set(bytes, HEAD);
  process.stdout.write(frame);
}

export function listen(receive) {
  let held = Buffer.alloc(0);
  process.stdin.on("data", (data) => {
    held = held.length ? Buffer.concat([held, data]) : data;
    while (held.length >= HEAD) {
      const end = HEAD + held.readUInt32LE(1);
      if (held.length < end) break;
      const frame = held;
      held = held.subarray(end);
      receive(String.fromCharCode(frame[0]), frame.subarray(HEAD, end));
    }
  });
  // The parent is gone: nobody is left to run for.
  process.stdin.on("end", () => process.exit(0));
}

export function leave(code) {
  process.stdout.write("", () => process.exit(code));
}

export function die(text) {
  send("x", String(text).slice(0, 8000));
  leave(70);
}
