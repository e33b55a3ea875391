// Days as keys such as 2026-11-02: counting with them needs no time zone.

const DAY = 86_400_000;
const asDate = (key) => new Date(`${key}T00:00:00Z`);
const asKey = (date) => date.toISOString().slice(0, 10);

export const addDays = (key, days) => asKey(new Date(asDate(key).getTime() + days * DAY));
export const daysBetween = (first, last) => Math.round((asDate(last) - asDate(first)) / DAY);

/** The first day of the day, week (from Monday) or month that holds a day. */
export function firstOf(period, key) {
  if (period === "month") return `${key.slice(0, 7)}-01`;
  return period === "week" ? addDays(key, -((asDate(key).getUTCDay() + 6) % 7)) : key;
}

/** The first day after it. */
export function endOf(period, key) {
  const first = firstOf(period, key);
  if (period === "month") return firstOf("month", addDays(first, 31));
  return addDays(first, period === "week" ? 7 : 1);
}

/** Every period from the one that holds `first` to the one that holds `last`. */
export function periods(period, first, last) {
  const all = [];
  for (let key = firstOf(period, first); key <= last; key = endOf(period, key)) all.push(key);
  return all;
}
