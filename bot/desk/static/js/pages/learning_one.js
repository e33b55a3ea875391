// Which questions moved one message or file, and having it forgotten.

import { h } from "/console/js/dom.js";
import { confirmed, toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, empty, link, moment, number, section, table } from "../parts.js";
import { moved } from "./learning.js";

function asked(t, one) {
  if (one.is_private) return h("span", { class: "dim" }, t("learning.private"));
  return one.answer_id && one.question ? link(one.question, `trace/${part(one.answer_id)}`) : h("span", { class: "dim" }, one.question || t("learning.gone"));
}

export const page = {
  path: "learning/{record_id}",
  title: "nav.learning_one",
  within: "learning",
  async render(root, { api, params, t, canWrite, go }) {
    const path = `learning/${part(params.record_id)}`;
    const found = await api.get(path);
    const forget = async () => {
      if (!(await confirmed(t("learning.forget_one_title"), t("learning.forget_one_text"), t("learning.forget")))) return;
      await api.remove(path);
      toast(t("learning.forgotten"));
      go("learning");
    };
    const columns = [t("learning.question"), ...["moved", "up", "down", "voters"].map((name) => ({ title: t(`learning.${name}`), class: "right" })), t("learning.last")];
    const rows = found.questions.map((one) => [asked(t, one), moved(t, one.bonus, found.bound), number(one.up), number(one.down), number(one.people), moment(one.judged_at)]);
    root.append(
      ...[
        h("p", {}, link(t("learning.back"), "learning")),
        section(t("learning.why"), rows.length ? table(columns, rows) : empty(t("learning.nothing"))),
        canWrite && rows.length ? h("div", { class: "actions-line" }, action(t("learning.forget_one"), forget, { symbol: "trash" })) : null,
      ].filter(Boolean),
    );
  },
};
