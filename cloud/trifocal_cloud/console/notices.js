// Short notices at the foot of the page, read out by screen readers, gone by themselves.

import { byId, make } from "./dom.js";

const SHOWN_MS = 5_000;
const AT_ONCE = 3;

/** Says something to the person; `kind` is "plain" or "problem". */
export function notify(text, kind = "plain") {
  const area = byId("notices");
  const notice = make("p", { class: "notice", "data-kind": kind }, text);
  area.append(notice);
  while (area.children.length > AT_ONCE) area.firstElementChild.remove();
  // Shown anew each time so that it lies above a dialog opened since.
  if (area.matches(":popover-open")) area.hidePopover();
  area.showPopover();
  setTimeout(() => {
    notice.remove();
    if (!area.children.length && area.matches(":popover-open")) area.hidePopover();
  }, SHOWN_MS);
}

/** A failure in its own words. */
export const notifyProblem = (error) => notify(error.message, "problem");
