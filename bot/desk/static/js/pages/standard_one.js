// One standard answer: what it says and rests on, how it fares, what was done to it; edited here.

import { h } from "/console/js/dom.js";
import { confirmed, toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, link, moment, number, section, table } from "../parts.js";
import { sourceList } from "../sources.js";
import { standardForm } from "../standard_form.js";
import { audience, words } from "../telling.js";
import { tryingBox } from "../trying.js";

const EMPTY = { question: "", variants: [], ways: [], text: "", sources: [], channel_ids: [], last_day: null };

function facts(t, one) {
  const who = one.channels.length ? audience(one.channels) : audience([], { everybody: one.channel_ids.includes("*") });
  return h(
    "dl",
    { class: "facts-list" },
    [
      [t("standard.fact_given"), t("standard.fact_given_text", { n: number(one.given), up: number(one.up), down: number(one.down) })],
      [t("form.owner"), one.owner || "–"],
      [t("standard.fact_approved"), moment(one.approved_at)],
      [t("form.last_day"), one.last_day ?? t("standard.no_end")],
      [t("form.readers"), who],
      [t("standard.fact_proposed"), h("span", {}, one.proposed_by, " ", moment(one.proposed_at))],
    ].map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
  );
}

/** Why it is given no more, with the message that says otherwise, and the way back. */
function concernBox(t, one, again) {
  if (!one.concern) return null;
  return h("div", { class: "concern", role: "status" }, h("p", {}, chip(t(`concern.${one.concern}`), "bad"), " ", t(`concern.${one.concern}_text`), " ", moment(one.concern_since)), one.contested_by.some((source) => source.stands) ? sourceList(one.contested_by) : null, again);
}

/** Questions in other words of which people said that this was meant, each with a way to have it given at once. */
function confirmedSection(t, one, add) {
  if (!one.confirmed.length) return null;
  const row = (asked) => h("li", { class: "confirmed" }, h("span", { class: "way" }, asked.question), chip(t(asked.people === 1 ? "standard.confirmed_by_one" : "standard.confirmed_by", { n: number(asked.people) }), "good"), add ? action(t("standard.add_variant"), () => add(asked), { data: { act: "add-variant" } }) : null);
  return section(t("standard.confirmed"), h("p", { class: "hint" }, t("standard.confirmed_about")), h("ul", {}, one.confirmed.map(row)));
}

async function renderNew(root, { api, t, operator, go }) {
  const { channels } = await api.get("channel-choices");
  const save = async (body) => {
    const added = await api.post("standard", body);
    toast(t("standard.saved"));
    go(`standard/${part(added.standard_answer_id)}`);
  };
  const form = standardForm({ api, t, initial: { ...EMPTY, owner: operator.name }, channels, submit: t("standard.save_new"), save });
  root.append(h("div", { class: "narrow" }, form.element));
}

export const page = {
  path: "standard/{standard_answer_id}",
  title: "standard.title",
  within: "standard",
  async render(root, context) {
    const { api, t, params, canWrite, operator, go, reload } = context;
    if (params.standard_answer_id === "new") return renderNew(root, context);
    const path = `standard/${part(params.standard_answer_id)}`;
    const [one, { channels }] = await Promise.all([api.get(path), api.get("channel-choices")]);
    const gone = one.state === "removed";
    const approve = async () => {
      await api.post(`${path}/approve`, { owner: one.owner || operator.name, last_day: one.concern === "expired" ? null : one.last_day });
      toast(t("standard.approved"));
      reload();
    };
    const remove = async () => {
      if (!(await confirmed(t("standard.remove_title"), t("standard.remove_text"), t("standard.remove")))) return;
      await api.remove(path);
      toast(t("standard.removed"));
      go("standard");
    };
    const save = async (body) => {
      await api.put(path, body);
      if (one.state === "proposed") await api.post(`${path}/approve`, { owner: body.owner, last_day: body.last_day });
      toast(t("standard.saved"));
      await reload();
    };
    const add = async (asked) => {
      await api.post(`${path}/variants`, { answer_id: asked.answer_id });
      toast(t("standard.variant_added"));
      reload();
    };
    const again = canWrite && !gone && one.sources.every((source) => source.stands) ? action(t(one.concern === "expired" ? "standard.approve_endless" : "standard.approve_again"), approve, { kind: "primary" }) : null;
    const buttons = canWrite ? h("div", { class: "actions-line" }, one.state === "proposed" ? action(t("standard.approve"), approve, { kind: "primary" }) : null, action(t("standard.remove"), remove, { data: { act: "remove" } })) : null;
    const history = one.history.length ? table([t("audit.when"), t("audit.who"), t("audit.what")], one.history.map((entry) => [moment(entry.done_at), entry.operator, t(`audit.${entry.action}`)])) : h("p", { class: "hint" }, t("standard.no_history"));
    const unproven = one.state === "proposed" && !one.sources.length ? h("p", { class: "bad-text" }, t("standard.unproven", { name: one.proposed_by })) : null;
    const left = [
      section("", h("h2", { class: "case-question" }, one.question || t("standard.words_gone")), one.variants.map((way) => h("p", { class: "way" }, way)), h("div", { class: "answered standard" }, words(one.text)), sourceList(one.sources), unproven, buttons),
      confirmedSection(t, one, canWrite && !gone ? add : null),
      section(t("standard.facts"), facts(t, one)),
      section(t("standard.history"), history),
    ];
    const initial = { ...one, ways: [], sources: one.sources.filter((source) => source.stands), owner: one.owner || operator.name };
    const form = canWrite && !gone ? section(t("standard.edit"), standardForm({ api, t, initial, channels, submit: t(one.state === "proposed" ? "standard.save_proposed" : "standard.save"), save }).element) : null;
    const trying = one.state === "approved" && !one.concern ? tryingBox({ api, t, asked: [one.question, ...one.variants].map((question) => ({ question, channel: one.channels[0] ?? null })), channels, wanted: one.standard_answer_id, canWrite }) : null;
    root.append(...[concernBox(t, one, again), h("div", { class: "two" }, h("div", { class: "left-side" }, left), h("div", { class: "right-side" }, [trying, form].filter(Boolean)))].filter(Boolean));
    root.append(h("p", {}, link(t("standard.all"), "standard")));
  },
};
