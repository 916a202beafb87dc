// The page's keyboard shortcuts and the help that lists them.

import { byId, make, takesKey } from "./dom.js";

const HELP = [
  ["Anywhere", [
    ["Space", "or", "P", "Press the button; hold for a video"],
    ["1", "2", "3", "4", "Photos, glasses, journeys, apps"],
    ["?", "These shortcuts"],
  ]],
  ["Among the photos", [
    ["←", "→", "↑", "↓", "Walk"],
    ["Enter", "Open"],
  ]],
  ["In an open photo", [
    ["←", "→", "Newer, older"],
    ["I", "Details"],
    ["S", "Share"],
    ["D", "Download"],
    ["Delete", "Delete, after asking"],
    ["Esc", "Close"],
  ]],
];

function line(entry) {
  const keys = entry.slice(0, -1).map((key) => (key === "or" ? " or " : make("kbd", {}, key)));
  return make("div", {}, make("dt", {}, ...keys), make("dd", {}, entry.at(-1)));
}

function openHelp() {
  const table = HELP.map(([where, entries]) => make("section", {}, make("h3", {}, where), make("dl", {}, ...entries.map(line))));
  byId("help-table").replaceChildren(...table);
  byId("help").showModal();
}

const isPressKey = (event) => event.key === " " || event.key.toLowerCase() === "p";

/** Binds the shortcuts that work on the whole page. */
export function bindKeys(shutter, goTo) {
  byId("help-open").addEventListener("click", openHelp);
  addEventListener("keydown", (event) => {
    const busy = document.querySelector("dialog[open]") || document.body.dataset.view !== "house";
    if (busy || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || takesKey(event.target, event.key)) return;
    if (isPressKey(event)) {
      if (shutter.enabled) event.preventDefault();
      if (!event.repeat) shutter.down();
    } else if (event.key === "?") openHelp();
    else if (event.key >= "1" && event.key <= "4") goTo(["photos", "glasses", "journeys", "apps"][event.key - 1]);
  });
  addEventListener("keyup", (event) => isPressKey(event) && shutter.up());
}
