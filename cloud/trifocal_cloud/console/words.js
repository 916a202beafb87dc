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
  storage_full: "There is no room left for photos",
  upload_pending: "The photo was taken and is still on its way",
  timed_out: "Nothing happened in time",
  stale: "The command came too late to be carried out",
  unsupported: "These glasses cannot do that",
  too_large: "The file is larger than allowed",
  not_an_image: "The file is not a picture",
  corrupt: "The bytes do not match their checksum",
  foreign_request: "This request belongs to somebody else or does not exist",
  conflict: "This id already stands for other bytes",
  malformed: "The message could not be understood",
  not_found: "There is no such thing here",
  expired: "Its time is over",
  too_many: "Too much at once; wait a moment",
  forbidden: "This is not allowed",
  no_simulator: "No simulated glasses are attached",
};

const STEPS = {
  pressed: "Button pressed",
  requested: "Photo requested",
  accepted: "Request accepted",
  capturing: "Camera on",
  captured: "Picture taken",
  transferring: "Sending",
  queued: "Safe in the queue",
  uploading: "Uploading",
  uploaded: "Upload confirmed",
  stored: "In the gallery",
  failed: "Failed",
  restored: "Taken up after a restart",
  unknown: "Something new",
};

/** A reason as a sentence without its full stop; empty for a word that is not on the list. */
export const reasonWords = (code) => (Object.hasOwn(REASONS, code) ? REASONS[code] : "");

/** A step's name as a person says it; an unknown one is spelt out. */
export const stepWords = (step) => (Object.hasOwn(STEPS, step) ? STEPS[step] : step.replaceAll("_", " "));
