// The period: day, week, month or everything, the way to the next one, and how much happened when.

import { addDays, daysBetween, endOf, firstOf, periods } from "./calendar.js";
import { h, iconButton } from "./dom.js";
import { filters } from "./filters.js";
import { t } from "./language.js";
import { dayTitle, monthTitle, shortDay, shortMonth } from "./time.js";

const MOST_DAYS = 92;
const MOST_WEEKS = 110;
const LOWEST_TOP = 6;

/** What a period is called. */
export function periodTitle(period, key) {
  if (period === "month") return monthTitle(key);
  if (period === "day") return dayTitle(key);
  return `${shortDay(firstOf("week", key))} – ${shortDay(addDays(endOf("week", key), -1))}`;
}

/** Bars of the strip: the days of the month that is looked at, or all time in days, weeks or months. */
function bars(counts, today) {
  let unit = "day";
  let [first, last] = [counts[0]?.[0] ?? today, counts.at(-1)?.[0] ?? today];
  if (filters.day) [first, last] = [firstOf("month", filters.day), addDays(endOf("month", filters.day), -1)];
  else if (daysBetween(first, last) > 7 * MOST_WEEKS) unit = "month";
  else if (daysBetween(first, last) > MOST_DAYS) unit = "week";
  const sums = new Map();
  for (const [day, count] of counts) sums.set(firstOf(unit, day), (sums.get(firstOf(unit, day)) ?? 0) + count);
  return periods(unit, first, last).map((key) => ({ unit, key, count: sums.get(key) ?? 0 }));
}

/** Within the chosen day or week; a month is the whole strip. */
const isChosen = (key) => filters.day && filters.period !== "month" && key >= firstOf(filters.period, filters.day) && key < endOf(filters.period, filters.day);

function label({ unit, key }, before) {
  if (filters.day) return key.endsWith("-01") || ["08", "15", "22", "29"].includes(key.slice(8)) ? String(Number(key.slice(8))) : "";
  if (before && before.key.slice(0, 7) === key.slice(0, 7)) return "";
  if (unit === "month" || unit === "week") return key.slice(5, 7) === "01" || !before ? key.slice(0, 4) : unit === "week" ? shortMonth(key) : "";
  return shortMonth(key);
}

function strip(counts, today, choose) {
  const all = bars(counts, today);
  const most = Math.max(LOWEST_TOP, ...all.map(({ count }) => count));
  const items = all.map((bar, at) => {
    const column = h("i", {});
    column.style.height = bar.count ? `${Math.max(6, Math.round(Math.sqrt(bar.count / most) * 100))}%` : "";
    const title = t("day_count", { day: periodTitle(bar.unit, bar.key), n: bar.count.toLocaleString() });
    const chosen = isChosen(bar.key);
    const same = filters.day && filters.period === bar.unit && firstOf(bar.unit, filters.day) === bar.key;
    const click = () => choose(same ? { period: "", day: "" } : { period: bar.unit, day: bar.key });
    const more = { "aria-pressed": String(Boolean(chosen)), "aria-label": title, title, disabled: !bar.count, data: { day: bar.key }, on: { click } };
    const words = label(bar, all[at - 1]);
    return h("li", {}, h("button", { type: "button", class: `bar-button${bar.count ? "" : " none"}`, ...more }, column), words ? h("span", { class: "label", "aria-hidden": "true" }, words) : null);
  });
  return h("ol", { class: `strip ${all[0].unit}`, id: "days" }, items);
}

/** The nearest period with records before or after the chosen one. */
function beside(counts, step) {
  const edge = step < 0 ? firstOf(filters.period, filters.day) : endOf(filters.period, filters.day);
  const found = step < 0 ? counts.findLast(([day]) => day < edge) : counts.find(([day]) => day >= edge);
  return found ? firstOf(filters.period, found[0]) : null;
}

/** Go to the neighbouring period, if there is one. */
export function step(counts, direction, choose) {
  const day = filters.day ? beside(counts, direction) : null;
  if (day) choose({ day });
}

/** Draw it all; `choose` hears the changed filters. */
export function drawPeriod(box, { days: counts, today }, choose) {
  const latest = counts.at(-1)?.[0] ?? today;
  const inside = filters.day ? counts.findLast(([day]) => firstOf(filters.period, day) === firstOf(filters.period, filters.day))?.[0] : latest;
  const pick = (period) => choose(period ? { period, day: firstOf(period, inside ?? filters.day) } : { period: "", day: "" });
  const names = { "": t("all_time"), month: t("month"), week: t("week"), day: t("day") };
  const segments = Object.entries(names).map(([period, name]) =>
    h("button", { type: "button", "aria-pressed": String(filters.period === period), data: { period: period || "all" }, on: { click: () => pick(period) } }, name),
  );
  const move = (direction, name, words) => {
    const button = iconButton(name, words, () => step(counts, direction, choose), { data: { step: direction } });
    button.disabled = !filters.day || !beside(counts, direction);
    return button;
  };
  const title = filters.day ? periodTitle(filters.period, filters.day) : counts.length ? `${shortDay(counts[0][0])} – ${shortDay(latest)}` : "";
  box.replaceChildren(
    h(
      "div",
      { class: "period-bar" },
      h("div", { class: "segments", role: "group", "aria-label": t("period") }, segments),
      h("div", { class: "steps" }, filters.day ? move(-1, "left", t("earlier")) : null, h("h2", { id: "period-title" }, title), filters.day ? move(1, "right", t("later")) : null),
    ),
    strip(counts, today, choose),
  );
}
