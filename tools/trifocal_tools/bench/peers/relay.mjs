// The relay on Node's `ws`, as an experienced author writes it: one JSON.parse, one look-up, one JSON.stringify a
// message, no compression; `ws` switches Nagle's delay off by itself. Its argument is the folder that `ws` lies in.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { WebSocketServer } = createRequire(join(process.argv[2], 'relay.mjs'))('ws');

const appsOf = new Map(); // by user, a set of { socket, sessionId, streams }

function relay(user, message) {
  const apps = appsOf.get(user);
  if (!apps) return;
  for (const app of apps) {
    if (!app.streams.has(message.type)) continue;
    app.socket.send(
      JSON.stringify({
        type: 'data_stream',
        sessionId: app.sessionId,
        streamType: message.type,
        data: message,
        timestamp: new Date().toISOString(),
      }),
    );
  }
}

function serveGateway(socket, request) {
  const user = request.headers.authorization.slice('Bearer '.length);
  socket.on('message', (data, isBinary) => {
    if (isBinary) return;
    const message = parsed(data);
    if (message && message.type === 'button_press') relay(user, message);
  });
}

function serveApp(socket) {
  const app = { socket, sessionId: '', streams: new Set() };
  socket.on('message', (data, isBinary) => {
    if (isBinary) return;
    const message = parsed(data);
    if (message) heardFromApp(app, message);
  });
  socket.on('close', () => {
    const apps = appsOf.get(app.sessionId);
    if (apps?.delete(app) && apps.size === 0) appsOf.delete(app.sessionId);
  });
}

function heardFromApp(app, message) {
  if (message.type === 'tpa_connection_init') {
    app.sessionId = message.sessionId;
    if (!appsOf.has(app.sessionId)) appsOf.set(app.sessionId, new Set());
    appsOf.get(app.sessionId).add(app);
    app.socket.send(JSON.stringify({ type: 'tpa_connection_ack' }));
  } else if (message.type === 'subscription_update') {
    app.streams = new Set(message.subscriptions);
  } else if (message.type === 'stream_status_check') {
    app.socket.send(JSON.stringify({ type: 'stream_status_check_response', hasActiveStream: false }));
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

const server = createServer((_, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 65536 });
sockets.on('connection', (socket, request) => {
  socket.on('error', () => socket.terminate());
  if (request.url === '/app-ws') serveApp(socket);
  else serveGateway(socket, request);
});
server.listen(0, '127.0.0.1', 2048, () => console.log(JSON.stringify({ port: server.address().port })));
