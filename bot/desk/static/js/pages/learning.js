// What votes have taught search, and having it forgotten.

import { h } from "/console/js/dom.js";
import { confirmed, toast } from "/console/js/overlay.js";
import { fullTime } from "/console/js/time.js";
import { part } from "../api.js";
import { action, empty, link, moment, number, openPager, percent, section, segments, table } from "../parts.js";

/** How far something was moved: an arrow and the part of the bound. */
export function moved(t, bonus, bound) {
  const share = Math.abs(bonus) / bound;
  return h("span", { class: `moved ${bonus > 0 ? "raised" : "lowered"}`, title: t("learning.of_bound", { percent: percent(share) }) }, bonus > 0 ? "▲" : "▼", ` ${percent(share)}`);
}

const tile = (title, value, detail = null) => h("div", { class: "tile" }, h("span", {}, title), h("b", {}, value), detail ? h("small", {}, detail) : null);

function record(t, one) {
  const words = one.file_name ?? one.text;
  const where = [one.author, one.channel_name ? `#${one.channel_name}` : null].filter(Boolean).join(" · ");
  return h("div", { class: "question" }, link(words || t("learning.gone"), `learning/${part(one.record_id)}`, {}, { class: "clamped" }), h("small", {}, where, one.sent_at ? [" · ", moment(one.sent_at, { withClock: false })] : null));
}

function list(t, found, params, go) {
  if (!found.records.length) return empty(t("learning.nothing"), t("learning.nothing_hint"));
  const columns = [t("learning.record"), ...["moved", "up", "down", "voters", "questions"].map((name) => ({ title: t(`learning.${name}`), class: "right" })), t("learning.last")];
  const rows = found.records.map((one) => [record(t, one), moved(t, one.bonus, found.bound), number(one.up), number(one.down), number(one.people), number(one.questions), moment(one.judged_at)]);
  const pages = openPager(found, found.records.length, (offset) => go("learning", { ...params, offset: offset || "" }));
  return h("div", { class: "section" }, table(columns, rows, { label: t("nav.learning") }), pages);
}

export const page = {
  path: "learning",
  title: "nav.learning",
  async render(root, { api, params, t, canWrite, go, reload }) {
    const order = params.order ?? "raised";
    const found = await api.get("learning", { order, offset: params.offset });
    const forget = async () => {
      if (!(await confirmed(t("learning.forget_all_title"), t("learning.forget_all_text"), t("learning.forget")))) return;
      await api.remove("learning");
      toast(t("learning.forgotten"));
      reload();
    };
    const choose = (value) => go("learning", { order: value });
    root.append(
      ...[
        h("p", { class: "about" }, t("learning.about")),
        found.is_used ? null : h("p", { class: "hint" }, t("learning.off")),
        h(
          "div",
          { class: "tiles" },
          tile(t("learning.answers"), number(found.answers), found.last_reset_at ? t("learning.reset_at", { when: fullTime(found.last_reset_at) }) : null),
          tile(t("learning.votes"), number(found.votes), t("learning.votes_detail")),
          tile(t("learning.people"), number(found.people)),
          tile(t("learning.passages"), number(found.passages)),
        ),
        h("div", { class: "filters" }, segments([["raised", t("learning.raised")], ["lowered", t("learning.lowered")]], order, choose, t("learning.order")), canWrite && found.votes ? action(t("learning.forget_all"), forget, { symbol: "trash" }) : null),
        list(t, found, params, go),
      ].filter(Boolean),
    );
  },
};
