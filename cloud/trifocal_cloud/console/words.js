// What the cloud's words mean to a person: every reason with what can be done about it, and every step of a journey.

const REASONS = {
  no_token: "The glasses have no token yet",
  token_rejected: "The token is wrong or has expired",
  cloud_unreachable: "The cloud cannot be reached",
  cloud_error: "The cloud answered with an error",
  glasses_offline: "The glasses are not connected",
  glasses_folded: "The glasses are folded; open the temples",
  glasses_silent: "The glasses did not answer in time",
  gateway_offline: "No gateway is connected",
  camera_busy: "The camera is in use",
  capture_failed: "The camera failed to take the picture",
  captured_locally: "The answer came too late; the glasses took the photo themselves",
  battery_low: "The battery is too low for the camera; charge the glasses",
  too_hot: "The glasses are too hot for the camera; let them cool down",
  length_limit: "The recording had reached its greatest length",
  storage_full: "There is no room left for photos",
  upload_pending: "The photo was taken and is still on its way",
  timed_out: "Nothing happened in time",
  stale: "The command came too late to be carried out",
  unsupported: "These glasses cannot do that",
  too_large: "The file is larger than allowed",
  not_an_image: "The file is not a picture",
  corrupt: "The bytes do not match their checksum",
  transfer_failed: "The photo did not come through from the glasses",
  foreign_request: "This request belongs to somebody else or does not exist",
  conflict: "This id already stands for other bytes",
  malformed: "The message could not be understood",
  not_found: "There is no such thing here",
  expired: "Its time is over",
  too_many: "Too much at once; wait a moment",
  forbidden: "This is not allowed",
  failed: "The glasses could not do it",
  wrong_password: "The network does not take this password",
  no_network: "There is no such network within reach",
  not_owner: "These glasses belong to somebody else",
  no_simulator: "No simulated glasses are attached",
  app_unreachable: "The app's server cannot be reached",
  app_refused: "The app's server refused",
  app_silent: "The app did not connect in time",
  app_not_running: "The app is not running",
  app_stopped: "The app was stopped",
  app_key_wrong: "The package name or the API key is wrong",
  address_forbidden: "The address lies where this cloud may not go",
  hardware_missing: "The glasses lack hardware that the app requires",
  permission_denied: "The app has not been given the permission it needs",
  rate_limited: "The app asks too often",
  delivery_failed: "The app's server did not take the photo",
  package_taken: "Somebody else has registered this package name",
  bad_url: "The address of the stream cannot be understood",
  connect_refused: "The server of the stream cannot be reached",
  auth_rejected: "The server of the stream does not accept its key",
  unknown_stream: "This stream does not run",
  not_kept_alive: "Nobody said any more that the stream is wanted",
  replaced: "Another stream was started in its place",
  duration_limit: "The stream lasted as long as it may",
  stalled: "No more pictures went out",
  no_wifi: "The glasses have no Wi-Fi",
  peer_closed: "The other side has closed the connection",
  too_slow: "The connection is too slow for the stream",
  unsupported_codec: "The stream is in a format that cannot be passed on",
  displaced: "Somebody else publishes this stream now",
};

const STEPS = {
  pressed: "Button pressed",
  requested: "Requested",
  accepted: "Request accepted",
  capturing: "Camera on",
  recording: "Recording",
  captured: "Taken",
  transferring: "Sending",
  queued: "Safe in the queue",
  uploading: "Uploading",
  uploaded: "Upload confirmed",
  stored: "In the gallery",
  failed: "Failed",
  delivered: "Taken by the app",
  delivery_failed: "Not taken by the app",
  restored: "Taken up after a restart",
  unknown: "Something new",
};

const STATES = {
  starting: "Starting …",
  running: "Running",
  grace: "Reconnecting …",
  restarting: "Starting it again …",
  lost: "Unreachable",
  stopping: "Stopping …",
  stopped: "Stopped",
};

const PERMISSION_WORDS = {
  CAMERA: "Camera",
  MICROPHONE: "Microphone",
  LOCATION: "Location",
  BACKGROUND_LOCATION: "Location in the background",
  CALENDAR: "Calendar",
  READ_NOTIFICATIONS: "Read notifications",
  POST_NOTIFICATIONS: "Show notifications",
  ALL: "Everything",
};

const HARDWARE_WORDS = {
  CAMERA: "Camera",
  BUTTON: "Button",
  LIGHT: "Light",
  MICROPHONE: "Microphone",
  SPEAKER: "Speaker",
  DISPLAY: "Display",
  IMU: "Motion sensor",
  WIFI: "Wi-Fi",
};

/** What an app may be given, and what it may need of the glasses. */
export const PERMISSIONS = Object.keys(PERMISSION_WORDS);
export const HARDWARE = Object.keys(HARDWARE_WORDS);

const spelt = (word) => word[0] + word.slice(1).toLowerCase().replaceAll("_", " ");

export const permissionWords = (type) => (Object.hasOwn(PERMISSION_WORDS, type) ? PERMISSION_WORDS[type] : spelt(type));
export const hardwareWords = (type) => (Object.hasOwn(HARDWARE_WORDS, type) ? HARDWARE_WORDS[type] : spelt(type));

/** A reason as a sentence without its full stop; empty for a word that is not on the list. */
export const reasonWords = (code) => (Object.hasOwn(REASONS, code) ? REASONS[code] : "");

/** A step's name as a person says it; an unknown one is spelt out. */
export const stepWords = (step) => (Object.hasOwn(STEPS, step) ? STEPS[step] : step.replaceAll("_", " "));

/** How an app is: its state, why, and with `now` (epoch ms) when it is tried again. */
export function stateWords({ state, reason, message, nextTryAt }, now) {
  const words = [Object.hasOwn(STATES, state) ? STATES[state] : state];
  const why = reason && (reasonWords(reason) || message || reason);
  if (why) words.push(why[0].toLowerCase() + why.slice(1));
  const said = words.join(": ");
  return now && nextTryAt ? `${said}. Tried again in ${Math.max(1, Math.ceil((nextTryAt - now) / 1_000))} s` : said;
}
