// Who did what, when.

import { h } from "/console/js/dom.js";
import { action, chip, empty, moment, table } from "../parts.js";

/** An action in words; those of other pages bring theirs as `audit.<action>`. */
function words(t, name) {
  const key = `audit.${name}`;
  const text = t(key);
  return text === key ? name : text;
}

const details = (detail) => Object.entries(detail).map(([name, value]) => chip(`${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`));

export const page = {
  path: "audit",
  title: "nav.audit",
  async render(root, { api, params, t, go }) {
    const filters = { operator: params.operator, action: params.action, target: params.target };
    const read = (before) => api.get("audit", { ...filters, before });
    const row = (entry) => [
      moment(entry.done_at),
      h("a", { href: `?operator=${encodeURIComponent(entry.operator)}`, on: { click: (event) => (event.preventDefault(), go("audit", { operator: entry.operator })) } }, entry.operator),
      words(t, entry.action),
      h("code", {}, entry.target),
      h("div", { class: "chips" }, details(entry.detail)),
    ];
    const first = await read();
    const narrowed = Object.entries(filters).filter(([, value]) => value);
    if (narrowed.length) root.append(h("div", { class: "filters" }, narrowed.map(([name, value]) => chip(`${t(`audit.by_${name}`)}: ${value}`)), action(t("audit.all"), () => go("audit"))));
    if (!first.entries.length) return void root.append(empty(t("audit.nothing")));
    const box = table([t("audit.when"), t("audit.who"), t("audit.what"), t("audit.target"), t("audit.detail")], first.entries.map(row), { label: t("nav.audit") });
    let before = first.next_before;
    const more = action(t("desk.more"), async () => {
      const next = await read(before);
      before = next.next_before;
      box.querySelector("tbody").append(...next.entries.map((entry) => h("tr", {}, row(entry).map((cell) => h("td", {}, cell)))));
      more.hidden = before === null;
    });
    more.hidden = before === null;
    root.append(h("p", { class: "about" }, t("audit.about")), box, more);
  },
};
