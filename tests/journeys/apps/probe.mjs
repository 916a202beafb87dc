// An app as anybody writes it with the official SDK, that does what it is told and says what it hears.
//
// It is told by lines of JSON on stdin, {"n": number, "user": ..., "do": a name below, ...}, and answers on stdout with
// {"event": "done", "n": ..., "result": ..., "ms": ...} or {"event": "failed", "n": ..., "said": ..., "ms": ...}. What it
// hears of its own accord are lines with other events. Everything else on stdout is the SDK's log.

import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

import { AppServer } from "@mentra/sdk";

const say = (event, said = {}) => console.log(JSON.stringify({ event, ...said }));
const sessions = new Map();
const cleanUps = new Map();
let greets = false;

class Probe extends AppServer {
  async onSession(session, sessionId, user) {
    sessions.set(user, session);
    this.listen(session, user);
    session.camera.onStreamStatus(({ status, errorDetails }) => say("stream", { user, status, text: errorDetails }));
    session.camera.onManagedStreamStatus(({ status, message }) => say("managed", { user, status, text: message }));
    session.settings.onChange((changes) => say("settings", { user, changes }));
    session.device.state.batteryLevel.onChange((level) => say("battery", { user, level }));
    session.device.state.connected.onChange((connected) => say("glasses", { user, connected }));
    session.events.onPermissionDenied(({ stream, requiredPermission }) =>
      say("denied", { user, stream, permission: requiredPermission }),
    );
    session.events.onConnected(() => say("connected", { user }));
    session.events.onDisconnected(() => say("disconnected", { user }));
    session.events.onError((error) => say("error", { user, text: error.message }));
    say("session", { user, sessionId });
    if (greets) say("greeted", { user, photo: described(await session.camera.requestPhoto()) });
  }

  async onStop(sessionId, user, reason) {
    say("stop", { user, sessionId, reason });
    await super.onStop(sessionId, user, reason);
  }

  listen(session, user) {
    const heard = ({ buttonId, pressType }) => say("button", { user, button: buttonId, kind: pressType });
    cleanUps.set(user, session.events.onButtonPress(heard));
  }
}

const deeds = {
  greet: (_session, { yes }) => void (greets = yes),
  listen: (session, { user }) => server.listen(session, user),
  deafen: (_session, { user }) => cleanUps.get(user)(),
  photo: async (session, { options }) => described(await session.camera.requestPhoto(options)),
  stream: (session, { url }) => session.camera.startStream({ rtmpUrl: url }),
  stop_stream: (session) => session.camera.stopStream(),
  managed: async (session) => (await session.camera.startManagedStream()).hlsUrl,
  stop_managed: (session) => session.camera.stopManagedStream(),
  existing: async (session) => ({ active: (await session.camera.checkExistingStream()).hasActiveStream }),
  setting: (session, { key }) => session.settings.get(key),
  keep: async (session, { key, value }) => {
    await session.simpleStorage.set(key, value);
    await session.simpleStorage.flush();
  },
  kept: async (session, { key }) => (await session.simpleStorage.get(key)) ?? null,
  forget: (session, { key }) => session.simpleStorage.delete(key),
  transcribe: (session) => void session.events.onTranscription(() => {}),
  glasses: ({ capabilities, device: { state } }) => ({
    model: capabilities?.modelName,
    camera: capabilities?.hasCamera,
    display: capabilities?.hasDisplay,
    connected: state.connected.value,
    battery: state.batteryLevel.value,
  }),
  show: (session, { text, times }) => {
    for (let time = 0; time < times; time++) session.layouts.showTextWall(text);
  },
  raw: (session, { text }) => session.ws.send(text),
  leave: (session) => session.disconnect(),
};

function described({ buffer, mimeType, filename, requestId, size }) {
  return { sha256: createHash("sha256").update(buffer).digest("hex"), mimeType, filename, requestId, size };
}

async function obey(order) {
  const started = performance.now();
  const ms = () => Math.round(performance.now() - started);
  try {
    const result = await deeds[order.do](sessions.get(order.user), order);
    say("done", { n: order.n, result, ms: ms() });
  } catch (error) {
    say("failed", { n: order.n, said: error?.message ?? String(error), ms: ms() });
  }
}

const { APP_PACKAGE, APP_KEY, APP_PORT } = process.env;
const server = new Probe({ packageName: APP_PACKAGE, apiKey: APP_KEY, port: Number(APP_PORT) });
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => obey(JSON.parse(line)));
lines.on("close", () => process.exit(0));
await server.start();
say("ready");
