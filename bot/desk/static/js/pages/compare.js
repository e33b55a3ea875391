// Comparisons of two configurations.

import { action, chip, empty, link, moment, number, table } from "../parts.js";
import { h } from "/console/js/dom.js";

const state = (one, t) => (one.state === "done" ? (one.judged ? chip(t("compare.judged"), "good") : chip(t("compare.open"), "warn")) : chip(t(`compare.state_${one.state}`), one.state === "failed" ? "bad" : ""));

export const page = {
  path: "compare",
  title: "nav.compare",
  async render(root, { api, t, go }) {
    const { comparisons } = await api.get("comparisons");
    root.append(h("p", { class: "about" }, t("compare.about")));
    if (!comparisons.length) return void root.append(empty(t("compare.nothing"), "shiguang eval compare --right llm.model=NAME"));
    const row = (one) => [
      link(one.comparison_id, `compare/${one.comparison_id}`),
      moment(one.created_at),
      one.created_by,
      t("compare.looked_at", { picked: number(one.picked), questions: number(one.questions) }),
      state(one, t),
      one.state === "done" ? action(t(one.judged ? "compare.result" : "compare.look"), () => go(`compare/${one.comparison_id}`)) : null,
    ];
    root.append(table([t("compare.id"), t("compare.when"), t("compare.who"), t("compare.progress"), t("compare.state"), ""], comparisons.map(row), { label: t("nav.compare") }));
  },
};
