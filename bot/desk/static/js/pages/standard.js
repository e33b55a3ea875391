// Standard answers: those that are given, what people propose, and those that need somebody to look.

import { h } from "/console/js/dom.js";
import { part } from "../api.js";
import { chip, empty, link, moment, number, pager, segments } from "../parts.js";
import { audience } from "../telling.js";

function card(t, one) {
  const lasts = one.last_day ? t("standard.until", { day: one.last_day }) : t("standard.no_end");
  const facts = [
    h("span", {}, t("standard.given", { n: number(one.given) })),
    h("span", {}, `👍 ${number(one.up)}  👎 ${number(one.down)}`),
    one.state === "proposed" ? h("span", {}, t("standard.proposed_by", { name: one.proposed_by })) : h("span", {}, t("standard.owned", { name: one.owner })),
    one.state === "proposed" ? moment(one.proposed_at) : h("span", {}, lasts),
  ];
  const who = one.channels.length ? audience(one.channels) : audience([], { everybody: one.channel_ids.includes("*") });
  return h(
    "li",
    { class: "case-card" },
    h(
      "div",
      { class: "case-body" },
      link(one.question || t("standard.words_gone"), `standard/${part(one.standard_answer_id)}`, {}, { class: "case-title" }),
      h("p", { class: "standard-text" }, one.text),
      h("div", { class: "chips" }, one.concern ? chip(t(`concern.${one.concern}`), "bad") : null, one.confirmed ? chip(t("standard.confirmed_n", { n: number(one.confirmed) }), "accent") : null, one.variants.length ? chip(t("standard.ways", { n: one.variants.length })) : null, one.rests_on ? chip(t("standard.sources", { n: one.rests_on })) : chip(t("standard.no_sources"), "warn"), chip(who)),
      h("p", { class: "facts" }, facts),
    ),
  );
}

export const page = {
  path: "standard",
  title: "nav.standard",
  async render(root, { api, t, params, canWrite, go }) {
    const state = params.state ?? "approved";
    const found = await api.get("standard", { state, text: params.text, offset: params.offset });
    const states = [
      ["approved", t("standard.state_approved")],
      ["attention", `${t("standard.state_attention")} ${number(found.counts.attention)}`],
      ["proposed", `${t("standard.state_proposed")} ${number(found.counts.proposed)}`],
    ];
    const search = h("input", { type: "search", name: "text", value: params.text ?? "", placeholder: t("standard.search"), "aria-label": t("standard.search") });
    const form = h("form", { class: "search-line grow" }, search);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      go("standard", { state, text: search.value.trim() });
    });
    const cards = found.standard.length ? h("ol", { class: "cases" }, found.standard.map((one) => card(t, one))) : empty(t(`standard.nothing_${state}`), state === "approved" ? t("standard.nothing_hint") : "");
    const bar = h("div", { class: "filters" }, segments(states, state, (chosen) => go("standard", { state: chosen, text: params.text }), t("queue.state")), form, canWrite ? link(t("standard.new"), "standard/new", {}, { class: "quiet" }) : null);
    root.append(...[h("p", { class: "about" }, t("standard.about")), bar, cards, pager(found, (offset) => go("standard", { ...params, offset: offset || "" }))].filter(Boolean));
  },
};
