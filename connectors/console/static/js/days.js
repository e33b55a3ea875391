// The strip of days: how much happened, and a click to see one day.

import { h } from "./dom.js";
import { t } from "./language.js";
import { dayKey, fullTime, monthName } from "./time.js";

const LONGEST = 150;

/** Every day between the first and the last, or only the days with records when that would be too many. */
function filled(days) {
  if (!days.length) return [];
  const counts = new Map(days);
  const date = new Date(`${days[0][0]}T12:00:00`);
  const last = days.at(-1)[0];
  const all = [];
  while (dayKey(date) <= last && all.length <= LONGEST) {
    all.push([dayKey(date), counts.get(dayKey(date)) ?? 0]);
    date.setDate(date.getDate() + 1);
  }
  return all.length > LONGEST ? days : all;
}

/** Draw the strip into a list; `choose` hears a day, or null when the chosen one is clicked again. */
export function drawDays(list, days, chosen, choose) {
  const most = Math.max(1, ...days.map(([, count]) => count));
  let month = "";
  const bars = filled(days).map(([day, count]) => {
    const date = new Date(`${day}T12:00:00`);
    const label = monthName(date) === month ? null : h("span", { class: "label", "aria-hidden": "true" }, (month = monthName(date)));
    const bar = h("i", {});
    bar.style.height = `${Math.round((Math.sqrt(count) / Math.sqrt(most)) * 100)}%`;
    const title = t("day_count", { day: fullTime(date).replace(/[,，]?\s*(at )?12:00$/, ""), n: count });
    const more = { "aria-pressed": String(day === chosen), "aria-label": title, title, disabled: count === 0, data: { day } };
    return h("li", {}, h("button", { type: "button", class: `bar-button${count ? "" : " none"}`, ...more, on: { click: () => choose(day === chosen ? null : day) } }, bar), label);
  });
  list.parentElement.hidden = !bars.length;
  list.replaceChildren(...bars);
  const wanted = list.querySelector('[aria-pressed="true"]') ?? list.lastElementChild;
  if (wanted) list.parentElement.scrollLeft = wanted.offsetLeft - list.parentElement.clientWidth / 2;
}
