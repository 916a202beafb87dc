// The cloud's HTTP doors, one function each. Every failure is an ApiError that can be shown as it is.

import { reasonWords } from "./words.js";

/** `status` 0 means that no answer came; `code` is a word from the cloud's list of reasons, `sentence` what it said itself. */
export class ApiError extends Error {
  constructor(status, code, message) {
    super(reasonWords(code) || message || "The cloud answered with an error");
    this.status = status;
    this.code = code;
    this.sentence = message || "";
  }
}

const PATIENCE_MS = 15_000;

/** The glasses may take long to join a network; the cloud's own patience ends before. */
const ERRAND_PATIENCE_MS = 50_000;

/** An app's server is asked, tried again, and then has time to connect. */
const APP_PATIENCE_MS = 60_000;

let signedOut = () => {};

/** Calls `listener` whenever a door other than the session's own answers that nobody is signed in. */
export function onSignedOut(listener) {
  signedOut = listener;
}

async function call(method, path, body, patienceMs = PATIENCE_MS) {
  const options = { method, headers: { accept: "application/json" }, signal: AbortSignal.timeout(patienceMs) };
  if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["content-type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError(0, "cloud_unreachable", "");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  if (response.status === 401 && path !== SESSION) signedOut();
  throw new ApiError(response.status, answer.error, answer.message);
}

const SESSION = "/api/console/session";
const app = (id) => `/api/apps/${encodeURIComponent(id)}`;
const photo = (id) => `/api/gallery/${encodeURIComponent(id)}`;

async function command(name, value = "", long = false) {
  const answer = await call("POST", "/api/glasses/sim", { command: name, value, long });
  if (!answer.success) throw new ApiError(200, answer.errorCode, answer.errorMessage);
  return answer;
}

async function errand(name, values) {
  const answer = await call("POST", "/api/glasses/control", { command: name, values }, ERRAND_PATIENCE_MS);
  if (!answer.success) throw new ApiError(200, answer.reason, answer.message);
  return answer;
}

export const api = {
  session: () => call("GET", SESSION),
  signIn: (token) => call("POST", SESSION, token ? { token } : {}),
  signOut: () => call("DELETE", SESSION),
  gallery: (cursor) => call("GET", `/api/gallery?limit=50${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`),
  photo: (id) => call("GET", photo(id)),
  share: (id, seconds) => call("POST", `${photo(id)}/share`, { expiresIn: seconds }),
  remove: (id) => call("DELETE", photo(id)),
  glasses: () => call("GET", "/api/glasses"),
  command,
  errand,
  requestPhoto: () => call("POST", "/api/photos/request", {}),
  journeyOf: ({ pressId, requestId }) => call("GET", pressId ? `/api/presses/${encodeURIComponent(pressId)}` : `/api/photos/requests/${encodeURIComponent(requestId)}`),
  apps: () => call("GET", "/api/apps"),
  app: (id) => call("GET", app(id)),
  putApp: (id, body) => call("PUT", app(id), body),
  removeApp: (id) => call("DELETE", app(id)),
  startApp: (id) => call("POST", `${app(id)}/start`, undefined, APP_PATIENCE_MS),
  stopApp: (id) => call("POST", `${app(id)}/stop`, undefined, APP_PATIENCE_MS),
  appSettings: (id) => call("GET", `${app(id)}/settings`),
  setAppSettings: (id, values) => call("PUT", `${app(id)}/settings`, { values }),
  events: (after) => call("GET", `/api/events?after=${after}&limit=500`),
};
