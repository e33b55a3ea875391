// Times in the reader's language and zone.

import { language, t } from "./language.js";

let zone;
const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");
const format = (date, options) => new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options }).format(date);
/** Noon of a day such as 2026-11-02, for formats in UTC. */
const noon = (key) => new Date(`${key}T12:00:00Z`);

/** Show times in this zone from now on, instead of the browser's. */
export const useZone = (name) => (zone = name);

/** A key that is the same for two moments of one day. */
export const dayKey = (moment) => new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(moment));

/** 14:05 */
export const clock = (moment) => format(new Date(moment), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Today, Yesterday, or the date with its weekday. */
export const dayName = (moment) => dayTitle(dayKey(moment));

/** The same for a day's key. */
export function dayTitle(key) {
  const today = dayKey(Date.now());
  if (key === today) return t("today");
  if (key === dayKey(Date.now() - 86_400_000)) return t("yesterday");
  const year = key.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return format(noon(key), { timeZone: "UTC", weekday: "long", day: "numeric", month: "long", year });
}

/** 3 Nov, with the year when it is another one. */
export const shortDate = (moment) => shortDay(dayKey(moment));

/** The same for a day's key. */
export function shortDay(key) {
  const year = key.slice(0, 4) === dayKey(Date.now()).slice(0, 4) ? undefined : "numeric";
  return format(noon(key), { timeZone: "UTC", day: "numeric", month: "short", year });
}

/** The month of a day's key, with its year or alone. */
export const monthTitle = (key) => format(noon(key), { timeZone: "UTC", month: "long", year: "numeric" });
export const shortMonth = (key) => format(noon(key), { timeZone: "UTC", month: "short" });

/** Everything, for the title of a time. */
export const fullTime = (moment) => format(new Date(moment), { dateStyle: "full", timeStyle: "short" });

/** Size in the unit that people read. */
export function fileSize(bytes) {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
