// Times in the reader's language and zone.

import { language, t } from "./language.js";

const locale = () => (language() === "zh" ? "zh-CN" : "en-GB");
const format = (date, options) => new Intl.DateTimeFormat(locale(), options).format(date);

/** A key that is the same for two moments of one day. */
export const dayKey = (moment) => {
  const date = new Date(moment);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
};

/** 14:05 */
export const clock = (moment) => format(new Date(moment), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** Today, Yesterday, or the date with its weekday. */
export function dayName(moment) {
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (dayKey(moment) === dayKey(today)) return t("today");
  if (dayKey(moment) === dayKey(yesterday)) return t("yesterday");
  const date = new Date(moment);
  const year = date.getFullYear() === today.getFullYear() ? undefined : "numeric";
  return format(date, { weekday: "long", day: "numeric", month: "long", year });
}

/** 3 Nov, with the year when it is another one. */
export function shortDate(moment) {
  const date = new Date(moment);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return format(date, { day: "numeric", month: "short", year });
}

/** The month of a day of the timeline. */
export const monthName = (date) => format(date, { month: "short" });

/** Everything, for the title of a time. */
export const fullTime = (moment) => format(new Date(moment), { dateStyle: "full", timeStyle: "short" });

/** Size in the unit that people read. */
export function fileSize(bytes) {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
