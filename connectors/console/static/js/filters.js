// What the timeline is narrowed to; it lives in the address, so that every view has a link.

const NAMES = ["period", "day", "channel", "author", "kind", "category", "text", "view"];

/** The filters of this page; `period` counts with a `day` only, `view` with a `text` only. */
export const filters = Object.fromEntries(NAMES.map((name) => [name, ""]));

/** Take the filters from the address. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  for (const name of NAMES) filters[name] = query.get(name) ?? "";
  if (!["day", "week", "month"].includes(filters.period) || !/^\d{4}-\d{2}-\d{2}$/.test(filters.day)) filters.period = filters.day = "";
  if (!["message", "file", "link"].includes(filters.kind)) filters.kind = "";
}

/** Change filters and the address; the way back leads to the former ones. */
export function change(changes) {
  Object.assign(filters, changes);
  const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
  history.pushState(null, "", query.size ? `?${query}` : location.pathname);
}

/** The filters as the server reads them. */
export function asQuery({ text = filters.text } = {}) {
  const { view, ...query } = filters;
  return { ...query, text };
}

/** How many filters are set beside period and words. */
export const count = () => ["channel", "author", "kind", "category"].filter((name) => filters[name]).length;
