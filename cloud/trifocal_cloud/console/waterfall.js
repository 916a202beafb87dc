// The waterfall of one journey: a row for each step, its bar reaching from the step before to its own moment.
//
// The axis is linear, except that a wait which dwarfs all the rest (a photo kept while the cloud was away) is drawn
// short and hatched, so that the milliseconds around it stay readable.

import { make } from "./dom.js";
import { reasonOf } from "./journey.js";
import { span } from "./time.js";
import { reasonWords, stepWords } from "./words.js";

const WAIT_MS = 1_500;
const WAIT_TIMES_THE_REST = 2;
const WAIT_SHARE = 0.3;

/** Steps in order of time -> [{step, from, to, wait}], from and to in percent of the axis. */
export function scale(steps) {
  const gaps = steps.map((step, index) => (index ? Math.max(0, step.at - steps[index - 1].at) : 0));
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const longest = Math.max(...gaps);
  const isWait = (gap) => gap === longest && gap > WAIT_MS && gap > WAIT_TIMES_THE_REST * (total - gap);
  const wait = gaps.findIndex(isWait);
  const rest = wait < 0 ? total : total - longest;
  const space = wait < 0 ? 1 : 1 - WAIT_SHARE;
  let at = 0;
  return steps.map((step, index) => {
    const width = index === wait ? WAIT_SHARE : rest ? (gaps[index] / rest) * space : 0;
    const from = at;
    at += width;
    return { step, from: from * 100, to: at * 100, wait: index === wait };
  });
}

function bar(part, { from, to, wait }) {
  const element = make("i", { class: wait ? "bar wait" : "bar", "data-part": part });
  element.style.setProperty("--from", `${from}%`);
  element.style.setProperty("--width", `${to - from}%`);
  return element;
}

/** One line with every step's bar: the journey at a glance. */
export function strip(steps) {
  return make("span", { class: "strip", "aria-hidden": "true" }, ...scale(steps).map((row) => bar(row.step.source, row)));
}

/** The full table: part, step, bar and the milliseconds since the first step. */
export function waterfall(steps) {
  const start = steps[0]?.at ?? 0;
  const rows = scale(steps).map((row) => {
    const { source, step, at } = row.step;
    const reason = reasonOf(row.step);
    return make(
      "li",
      { class: reason ? "row failed" : "row" },
      make("span", { class: "row-step" }, make("i", { class: "dot", "data-part": source, "aria-hidden": "true" }), make("span", { class: "unseen" }, `${source}: `), stepWords(step)),
      make("span", { class: "track", "aria-hidden": "true" }, bar(source, row)),
      make("span", { class: "row-at" }, `+${span(at - start)}`),
      reason ? make("span", { class: "row-reason" }, reasonWords(reason) || reason) : null,
    );
  });
  return make("ol", { class: "waterfall" }, ...rows);
}
