// What people ask most, and what they ask about that is nowhere in the archive.

import { h } from "/console/js/dom.js";
import { part } from "../api.js";
import { meter } from "../chart.js";
import { chip, empty, link, moment, number, openPager, percent, section, table } from "../parts.js";
import { channelName } from "../telling.js";
import { choices } from "./overview.js";

/** The question as it was asked last; of direct chats only the words that several people used. */
function headline(t, one) {
  if (one.wordings.length) return one.wordings[0].question;
  return one.words.length ? t("questions.private_about", { words: one.words.join(t("questions.comma")) }) : t("questions.private");
}

function asked(t, one) {
  const [newest, ...others] = one.wordings;
  const title = headline(t, one);
  return h(
    "div",
    { class: "question" },
    newest ? link(title, `trace/${part(newest.answer_id)}`) : h("span", { class: "dim" }, title),
    others.map((other) => h("small", {}, t("questions.also", { question: other.question }))),
  );
}

function top(t, found, params, go) {
  if (!found.questions.length) return section(t("questions.top"), empty(t("questions.nothing")));
  const columns = [t("questions.question"), ...["asked", "people", "up", "abstained", "curated"].map((name) => ({ title: t(`questions.${name}`), class: "right" })), t("questions.last_asked")];
  const rows = found.questions.map((one) => [
    asked(t, one),
    number(one.asked),
    number(one.people),
    one.up.of ? h("span", { title: t("overview.interval", { low: percent(one.up.low), high: percent(one.up.high), n: number(one.up.of) }) }, meter(one.up.rate, `${percent(one.up.rate)}`, "good")) : "–",
    one.abstained ? number(one.abstained) : "–",
    one.curated ? number(one.curated) : "–",
    moment(one.last_at, { withClock: false }),
  ]);
  const pages = openPager(found, found.questions.length, (offset) => go("questions", { ...params, offset: offset || "" }));
  return section(t("questions.top"), table(columns, rows, { label: t("questions.top") }), pages, found.left_out ? h("p", { class: "hint" }, t("questions.left_out", { n: number(found.left_out) })) : null);
}

function step(t, name, gap) {
  const names = gap.partial_channels.map((channel) => `#${channel}`).join(t("questions.comma"));
  const text = t(`questions.step_${name}`, { names, n: number(gap.replies) });
  if (name === "use_reply" && gap.case_id) return h("li", {}, link(text, `case/${part(gap.case_id)}`));
  if (name === "write") return h("li", {}, gap.case_id ? link(text, `case/${part(gap.case_id)}`) : link(text, "standard"));
  if (name === "complete_channel") return h("li", {}, link(text, "channels"));
  return h("li", {}, text);
}

function gapBox(t, gap) {
  const words = gap.words.length ? gap.words.join(t("questions.comma")) : null;
  const listed = words ? gap.wordings : gap.wordings.slice(1);
  return h(
    "li",
    { class: "gap" },
    h("h3", {}, words ?? h("span", {}, gap.wordings.length ? link(headline(t, gap), `trace/${part(gap.wordings[0].answer_id)}`) : headline(t, gap)), h("small", {}, t("questions.gap_count", { asked: number(gap.asked), people: number(gap.people) }), " · ", t("questions.last"), " ", moment(gap.last_at, { withClock: false }))),
    gap.wordings.length ? h("div", { class: "said" }, listed.map((one) => h("span", {}, link(one.question, `trace/${part(one.answer_id)}`), " ", h("small", { class: "dim" }, channelName(one.channel))))) : h("p", { class: "hint" }, t("questions.private")),
    gap.channels.length ? h("div", { class: "chips" }, gap.channels.slice(0, 5).map((channel) => chip(channelName(channel)))) : null,
    h("ul", { class: "steps" }, gap.steps.map((name) => step(t, name, gap))),
  );
}

export const page = {
  path: "questions",
  title: "nav.questions",
  async render(root, { api, params, t, go }) {
    const query = { days: params.days ?? "28", channel: params.channel };
    const [found, missing] = await Promise.all([api.get("questions", { ...query, offset: params.offset }), api.get("questions/gaps", query)]);
    const choose = (name, value) => go("questions", { ...params, [name]: value, offset: "" });
    const gaps = missing.gaps.length ? h("ol", { class: "gaps" }, missing.gaps.map((gap) => gapBox(t, gap))) : empty(t("questions.no_gaps"));
    root.append(
      h("p", { class: "about" }, t("questions.about")),
      choices(t, found.channels, params, choose),
      section(t("questions.gaps"), h("p", { class: "hint" }, t("questions.gaps_about")), gaps),
      top(t, found, params, go),
    );
  },
};
