// Everything about one answer: how it came about, and what was thought of it.

import { h } from "/console/js/dom.js";
import { part } from "../api.js";
import { chip, link, moment, section, table } from "../parts.js";
import { channelChip, place, verdictLine, words } from "../telling.js";

const SVG = "http://www.w3.org/2000/svg";

/** Moments since the question as bars: what took how long. */
function timings(t, marks) {
  const steps = Object.entries(marks).sort(([, a], [, b]) => a - b);
  const total = steps.at(-1)?.[1] || 1;
  let before = 0;
  return h(
    "ol",
    { class: "timings" },
    steps.map(([name, at]) => {
      const svg = document.createElementNS(SVG, "svg");
      svg.setAttribute("viewBox", "0 0 100 8");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", String((before / total) * 100));
      bar.setAttribute("width", String(Math.max(0.6, ((at - before) / total) * 100)));
      bar.setAttribute("height", "8");
      svg.append(bar);
      const row = h("li", {}, h("span", {}, t(`timing.${name}`) === `timing.${name}` ? name : t(`timing.${name}`)), svg, h("span", { class: "right" }, `${((at - before) / 1000).toFixed(2)} s`));
      before = at;
      return row;
    }),
  );
}

/** What made the score; what was learnt from votes stands out. */
function signals(t, passage) {
  const told = (name) => (t(`signal.${name}`) === `signal.${name}` ? name : t(`signal.${name}`));
  return Object.entries(passage.signals).map(([name, value]) => chip(`${told(name)} ${value.toFixed(3)}`, name === "learned" ? "accent" : ""));
}

function passages(t, list) {
  return h(
    "ol",
    { class: "source-list" },
    list.map((passage) =>
      h(
        "li",
        { class: `source-row${passage.cited ? " cited" : ""}` },
        h("span", { class: "n" }, `[${passage.n}]`),
        h("div", { class: "source-words" }, place(passage), h("p", { class: "quote" }, passage.quote), h("div", { class: "chips" }, passage.cited ? chip(t("trace.cited"), "good") : null, !passage.score ? null : chip(`${t("trace.score")} ${passage.score.toFixed(3)}`), signals(t, passage))),
      ),
    ),
  );
}

function checks(t, list) {
  const rows = list.map((check) => [check.problem ? chip("✖", "bad") : chip("✔", "good"), check.sentence, check.citations.map((n) => `[${n}]`).join(" "), check.problem ? (t(`problem.${check.problem}`) === `problem.${check.problem}` ? check.problem : t(`problem.${check.problem}`)) : ""]);
  return table([t("trace.kept"), t("trace.sentence"), t("trace.supported_by"), t("trace.problem")], rows);
}

const prompt = (messages) => messages.map((message) => h("details", {}, h("summary", {}, message.role), h("pre", { class: "block", tabindex: 0 }, message.content)));

export const page = {
  path: "trace/{answer_id}",
  title: "trace.title",
  within: "queue",
  async render(root, { api, t, params }) {
    const one = await api.get(`answers/${part(params.answer_id)}`);
    const facts = [
      [t("trace.model"), one.model],
      [t("trace.prompt_version"), one.prompt_version || "–"],
      [t("trace.reason"), one.reason ?? "–"],
      [t("trace.id"), h("code", {}, one.answer_id)],
    ];
    const links = [one.case_id ? link(t("trace.to_case"), `case/${part(one.case_id)}`) : null, one.standard_answer_id ? link(t("case.to_standard"), `standard/${part(one.standard_answer_id)}`) : null].filter(Boolean);
    const said = section(t("trace.thought"), one.verdicts.length || one.signs.length ? [one.verdicts.map(verdictLine), one.signs.map((sign) => h("div", { class: "said-of-it" }, chip(t(`sign.${sign.kind}`)), h("b", {}, sign.person || t("telling.somebody")), moment(sign.seen_at)))] : h("p", { class: "hint" }, t("trace.nothing_thought")));
    const head = h("header", { class: "case-head" }, h("p", { class: "facts" }, h("b", {}, one.person || t("telling.somebody")), channelChip(one.channel), moment(one.asked_at)), h("h2", { class: "case-question" }, one.question || t("queue.gone")), links.length ? h("div", { class: "actions-line" }, links) : null);
    root.append(head);
    if (one.withdrawn_at) {
      root.append(h("div", { class: "concern", role: "status" }, h("p", {}, t("trace.withdrawn"), " ", moment(one.withdrawn_at))), said);
      return;
    }
    root.append(
      ...[
        h("div", { class: `answered${one.abstained ? " abstained" : ""}` }, words(one.text)),
        said,
        section(t("trace.made"), h("dl", { class: "facts-list" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
        Object.keys(one.timings_ms).length ? section(t("trace.timings"), timings(t, one.timings_ms)) : null,
        one.searches.length ? section(t("trace.searched"), h("div", { class: "chips" }, one.searches.map((search) => chip(search)))) : null,
        one.passages.length ? section(t("trace.passages"), passages(t, one.passages)) : null,
        one.checks.length ? section(t("trace.checks"), checks(t, one.checks)) : null,
        one.raw ? section(t("trace.raw"), h("pre", { class: "block", tabindex: 0 }, one.raw)) : null,
        one.messages.length ? section(t("trace.prompt"), prompt(one.messages)) : null,
      ].filter(Boolean),
    );
  },
};
