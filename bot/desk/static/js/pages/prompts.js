// What the model is told, one text a task and language.

import { h } from "/console/js/dom.js";
import { chip, link, moment, number } from "../parts.js";

const LANGUAGES = { zh: "中文", en: "English" };

function row(t, one) {
  const state = one.own ? chip(t("prompts.own"), "accent") : chip(t("prompts.shipped"));
  const since = one.own ? h("span", { class: "facts" }, t("prompts.put_by", { name: one.changed_by }), " ", moment(one.changed_at)) : null;
  return h(
    "li",
    { class: "setting-row" },
    link(LANGUAGES[one.language], `prompt/${one.name}/${one.language}`, {}, { class: "case-title" }),
    h("div", { class: "chips" }, state, one.drafts ? chip(t("prompts.drafts", { n: number(one.drafts) }), "warn") : null),
    since,
    h("code", {}, one.version),
  );
}

export const page = {
  path: "prompts",
  title: "nav.prompts",
  async render(root, { api, t }) {
    const { prompts } = await api.get("prompts");
    const names = [...new Set(prompts.map((one) => one.name))];
    const boxes = names.map((name) => h("section", { class: "box" }, h("h2", {}, t(`prompts.name_${name}`)), h("p", { class: "hint" }, t(`prompts.for_${name}`)), h("ul", { class: "setting-rows" }, prompts.filter((one) => one.name === name).map((one) => row(t, one)))));
    root.append(h("p", { class: "about" }, t("prompts.about")), ...boxes);
  },
};
