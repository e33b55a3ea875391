// A trial of a prompt as it comes: each question with what was said then and what the draft says, side by side.

import { h } from "/console/js/dom.js";
import { chip, empty, moment, number } from "./parts.js";

const KINDS = { same: "span", removed: "del", added: "ins" };

const reason = (t, told) => (told.abstained ? chip(t("prompts.abstained"), "warn") : chip(t("prompts.answered"), "good"));

function support(t, told) {
  if (told.supported === null || !told.sentences) return null;
  const all = told.supported === told.sentences;
  return chip(t("prompts.supported", { n: number(told.supported), of: number(told.sentences) }), all ? "good" : "warn");
}

function quotes(t, told) {
  if (!told.cited.length) return null;
  return h("details", {}, h("summary", {}, t("prompts.citations", { n: number(told.cited.length) })), h("ul", { class: "quotes" }, told.cited.map((one) => h("li", {}, h("b", {}, `[${one.n}] `), one.quote))));
}

function side(t, title, told, content) {
  return h("div", { class: "trial-side" }, h("h3", {}, title), h("p", { class: "trial-text" }, content), h("div", { class: "chips" }, reason(t, told), support(t, told)), quotes(t, told));
}

function item(t, one) {
  const changed = one.pieces.some(([kind]) => kind !== "same");
  const old = one.pieces.filter(([kind]) => kind !== "added");
  const fresh = one.pieces.filter(([kind]) => kind !== "removed");
  const words = (pieces) => pieces.map(([kind, text]) => h(KINDS[kind], {}, text));
  const verdicts = one.verdicts.map((kind) => chip(kind === "up" ? "👍" : "👎"));
  return h(
    "li",
    { class: "trial-item", data: { id: one.id } },
    h("div", { class: "trial-head" }, h("b", {}, one.question || t("prompts.conversation")), h("span", { class: "facts" }, one.channel, " ", moment(one.at)), verdicts, changed ? null : chip(t("prompts.unchanged"))),
    h("div", { class: "trial-sides" }, side(t, t("prompts.then"), one.then, words(old).length ? words(old) : "–"), side(t, t("prompts.now"), one.now, words(fresh).length ? words(fresh) : "–")),
  );
}

/** Draw a trial into `root`; what is there already stays, so that open details stay open. */
export function drawTrial(root, trial, t, stop) {
  const done = trial.items.length + trial.left_out;
  const running = trial.state === "running";
  const summary = running ? t("prompts.progress", { done: number(done), total: number(trial.total) }) : t(`prompts.ended_${trial.state}`, { n: number(trial.items.length) });
  const bar = h("progress", { max: Math.max(trial.total, 1), "aria-label": t("prompts.trial") });
  bar.value = done;
  const better = trial.items.filter((one) => one.pieces.some(([kind]) => kind !== "same")).length;
  const head = h(
    "div",
    { class: "trial-progress", role: "status" },
    bar,
    h("span", {}, summary),
    running && trial.gives_way ? h("span", { class: "hint" }, t("prompts.gives_way")) : null,
    trial.left_out ? h("span", { class: "hint" }, t("prompts.left_out", { n: number(trial.left_out) })) : null,
    !running && trial.items.length ? h("span", { class: "hint" }, t("prompts.differ", { n: number(better) })) : null,
    running && stop ? stop : null,
  );
  const list = root.querySelector(".trial-items") ?? h("ol", { class: "trial-items" });
  const there = new Set(trial.items.map((one) => one.id));
  for (const known of [...list.children]) if (!there.has(known.dataset.id)) known.remove();
  const drawn = new Set([...list.children].map((known) => known.dataset.id));
  list.append(...trial.items.filter((one) => !drawn.has(one.id)).map((one) => item(t, one)));
  const nothing = !running && !trial.items.length ? empty(t("prompts.nothing_tried"), t("prompts.nothing_tried_hint")) : null;
  root.replaceChildren(...[head, list, nothing].filter(Boolean));
}
