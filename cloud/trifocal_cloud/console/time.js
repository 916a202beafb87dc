// Times, spans and sizes as people read them. The words are English; how a date is written follows the reader's own English.

const LOCALE = navigator.language.startsWith("en") ? navigator.language : "en-GB";
const format = (options) => new Intl.DateTimeFormat(LOCALE, options);

const CLOCK = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const SHORT = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const FULL = format({ weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });
const DAY_YEAR = format({ day: "numeric", month: "long", year: "numeric" });
const KEY = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });
const NEAR = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const NUMBER = new Intl.NumberFormat(LOCALE);
const ONE_DIGIT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

const DAY_MS = 86_400_000;

/** 14:03:22 */
export const clock = (ms) => CLOCK.format(ms);

/** Tue 5 Aug, 14:03 */
export const moment = (ms) => SHORT.format(ms);

/** Tuesday, 5 August 2026 at 14:03:22 */
export const fullMoment = (ms) => FULL.format(ms);

/** 2026-08-05 in the reader's time zone: what a day's photos are grouped by. */
export const dayKey = (ms) => KEY.format(ms);

/** Today, Yesterday, Tuesday 5 August, or 5 August 2024 in another year. */
export function dayTitle(ms, now) {
  const days = Math.round((Date.parse(dayKey(ms)) - Date.parse(dayKey(now))) / DAY_MS);
  if (days === 0 || days === -1) {
    const near = NEAR.format(days, "day");
    return near[0].toUpperCase() + near.slice(1);
  }
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? DAY.format(ms) : DAY_YEAR.format(ms);
}

/** 182 ms, 4.2 s, 3 min 5 s, 2 h 10 min */
export function span(ms) {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${ONE_DIGIT.format(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

/** 214 kB, 3.4 MB */
export function bytes(count) {
  if (count < 1_000) return `${count} bytes`;
  return count < 1_000_000 ? `${Math.round(count / 1_000)} kB` : `${ONE_DIGIT.format(count / 1_000_000)} MB`;
}

/** 1,024 or 1 024, as the reader writes it */
export const number = (value) => NUMBER.format(value);
