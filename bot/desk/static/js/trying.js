// Trying a standard answer: each wording as it would be asked in its channel now, and any other.

import { h } from "/console/js/dom.js";
import { complain } from "/console/js/overlay.js";
import { part } from "./api.js";
import { action, chip, select } from "./parts.js";
import { channelName } from "./telling.js";

const AT_ONCE = 20;

/** One more wording for a standard answer, which is otherwise left as it is. */
async function teach(api, id, question) {
  const path = `standard/${part(id)}`;
  const one = await api.get(path);
  const sources = one.sources.map(({ n, record_id, file_id, page }) => ({ n, record_id, file_id, page }));
  const { text, channel_ids, owner, last_day } = one;
  await api.put(path, { question: one.question, variants: [...one.variants, question], text, sources, channel_ids, owner, last_day });
}

/** `wanted` is the standard answer that should be given. */
export function tryingBox({ api, t, asked, channels, wanted, canWrite }) {
  const places = new Map();
  for (const { question, channel } of asked) places.set(`${question}\n${channel?.channel_id ?? ""}`, { question, channel });
  const list = h("ol", { class: "tried", "aria-live": "polite" });
  const known = new Map([...channels, ...asked.map(({ channel }) => channel).filter(Boolean)].map((channel) => [channel.channel_id, channel]));
  const row = (result) => {
    const state = !result.standard_answer_id ? ["✖", "bad", t("trying.not_given")] : result.standard_answer_id === wanted ? ["✔", "good", t("trying.given")] : ["!", "warn", t("trying.another", { question: result.matched })];
    const where = result.channel_id ? channelName(known.get(result.channel_id)) : t("trying.anywhere");
    const here = { question: result.question, channel_id: result.channel_id };
    const also = async () => {
      await teach(api, wanted, result.question);
      line.replaceWith(row(await api.get("try", here)));
    };
    const button = !canWrite || result.standard_answer_id === wanted ? null : action(t("trying.also"), also, { data: { act: "also" } });
    const line = h("li", { class: "tried-row", data: { given: String(result.standard_answer_id === wanted) } }, chip(state[0], state[1]), h("div", { class: "source-words" }, h("p", {}, result.question), h("p", { class: "hint" }, `${where} · ${state[2]}`), button));
    return line;
  };
  const attempt = async (questions, { before = false } = {}) => {
    try {
      const results = await Promise.all(questions.map((question) => api.get("try", question)));
      list[before ? "prepend" : "append"](...results.map(row));
    } catch (error) {
      complain(error);
    }
  };
  const box = h("input", { type: "text", name: "try", maxlength: 500, placeholder: t("trying.hint"), "aria-label": t("trying.hint") });
  const first = asked.find(({ channel }) => channel)?.channel?.channel_id ?? "";
  const where = select([["", t("trying.anywhere")], ...[...known.values()].map((channel) => [channel.channel_id, channelName(channel)])], first, { "aria-label": t("trying.where") });
  const form = h("form", { class: "search-line" }, box, where, h("button", { class: "quiet" }, t("trying.try")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (box.value.trim()) attempt([{ question: box.value.trim(), channel_id: where.value || null }], { before: true });
  });
  if (places.size) attempt([...places.values()].slice(0, AT_ONCE).map(({ question, channel }) => ({ question: question.slice(0, 500), channel_id: channel?.channel_id ?? null })));
  return h("section", { class: "section box trying" }, h("h2", {}, t("trying.title")), h("p", { class: "hint" }, t("trying.about")), form, list);
}
