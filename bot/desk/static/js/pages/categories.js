// The team's categories in their order.

import { h, iconButton } from "/console/js/dom.js";
import { language } from "/console/js/language.js";
import { complain } from "/console/js/overlay.js";
import { part } from "../api.js";
import { chip, link, number } from "../parts.js";

/** The meaning of a shipped category stands there in both languages. */
function meaning(text) {
  const parts = text.split(" / ");
  return parts.length === 2 ? parts[language() === "zh" ? 0 : 1] : text;
}

export const page = {
  path: "categories",
  title: "nav.categories",
  async render(root, { api, t, canWrite, reload }) {
    const { categories, most } = await api.get("categories");
    const living = categories.filter((one) => !one.archived);
    const archived = categories.filter((one) => one.archived);
    const names = (one) => (language() === "zh" ? [one.name_zh, one.name_en] : [one.name_en, one.name_zh]);
    const move = (index, step) => {
      const ids = living.map((one) => one.id);
      ids.splice(index + step, 0, ...ids.splice(index, 1));
      return api.put("category-order", { ids }).then(reload, complain);
    };
    const row = (one, index) =>
      h(
        "li",
        { class: "setting-row", data: { category: one.id } },
        h("div", { class: "category-name" }, link(names(one)[0], `category/${part(one.id)}`, {}, { class: "case-title" }), h("small", {}, names(one)[1])),
        h("p", { class: "category-meaning" }, meaning(one.description) || t("categories.no_meaning")),
        h("div", { class: "chips" }, one.shipped ? null : chip(t("categories.own"), "accent"), one.versions ? chip(t("categories.changed")) : null),
        h("span", { class: "right" }, t("categories.records", { n: number(one.records) })),
        canWrite && !one.archived ? h("div", { class: "movers" }, iconButton("left", t("categories.up", { name: names(one)[0] }), () => move(index, -1), { disabled: index === 0, class: "icon turned" }), iconButton("right", t("categories.down", { name: names(one)[0] }), () => move(index, 1), { disabled: index === living.length - 1, class: "icon turned" })) : null,
      );
    root.append(
      ...[
        h("p", { class: "about" }, t("categories.about")),
        h("div", { class: "filters" }, chip(t("categories.count", { n: number(living.length), most: number(most) })), canWrite ? link(t("categories.new"), "category/new", {}, { class: "quiet" }) : null),
        h("ol", { class: "setting-rows boxed" }, living.map(row)),
        archived.length ? h("h2", {}, t("categories.archived")) : null,
        archived.length ? h("ul", { class: "setting-rows boxed" }, archived.map(row)) : null,
      ].filter(Boolean),
    );
  },
};
