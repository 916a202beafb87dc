// Elements from data. Whatever comes from outside enters the page as text or as an attribute, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id; the page is broken without it, so a miss throws. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** make("a", {href, class, onclick: listener}, "text", child): strings become text, null and undefined children are left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A picture from the sprite, invisible to screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `/console/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** Writes text only when it differs, so that a live region is not read out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const TYPED_INTO = "input, select, textarea, [contenteditable]";

/** Whether a key pressed here belongs to the element and not to the page's shortcuts: a button wants only those that push it. */
export function takesKey(element, key) {
  if (!(element instanceof Element)) return false;
  return element.closest(TYPED_INTO) !== null || ((key === " " || key === "Enter") && element.closest("button, summary") !== null);
}
