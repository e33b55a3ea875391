// One comparison: a question with two answers, picked without knowing which is which; the result at the end.

import { announce, h } from "/console/js/dom.js";
import { complain, confirmed } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, number, percent, section, table } from "../parts.js";

const KEYS = { ArrowLeft: "first", 1: "first", ArrowRight: "second", 2: "second", 0: "neither", ArrowDown: "neither" };

function side(answer, name) {
  const quotes = answer.citations.map((one) => h("li", {}, `[${one.n}] ${one.author}: ${one.quote}`));
  return h("article", { class: "trial-side", "aria-label": name }, h("h3", {}, name), h("p", { class: "trial-text", lang: answer.language }, answer.text), quotes.length ? h("ul", { class: "quotes" }, quotes) : null);
}

const differs = (settings, t) => Object.entries(settings).map(([key, value]) => chip(`${key} = ${value}`)).concat(Object.keys(settings).length ? [] : [chip(t("compare.as_set"))]);

function value(one, name) {
  const shown = name.endsWith("_ms") ? (amount) => `${(amount / 1000).toFixed(1)} s` : (amount) => amount.toFixed(2);
  return `${shown(one.mean)} (${shown(one.low)} … ${shown(one.high)})`;
}

/** Which side a measure speaks for, as far as its interval tells. */
function better({ difference, less_is_better: less }, t) {
  if (difference.low <= 0 && difference.high >= 0) return h("span", { class: "dim" }, t("compare.cannot_tell"));
  return chip(t(difference.low > 0 !== less ? "compare.right_better" : "compare.left_better"), "good");
}

function told(picks, t) {
  const share = picks.right_share;
  const sure = share.rate === null ? "" : ` ${t("compare.share", { rate: percent(share.rate), low: percent(share.low), high: percent(share.high) })}`;
  return h("p", {}, t("compare.picks", { left: number(picks.left), right: number(picks.right), neither: number(picks.neither) }), sure, " ", h("b", {}, t(picks.finding === "neither" ? "compare.cannot_tell" : `compare.${picks.finding}_better`)));
}

function result(found, t) {
  const rows = found.figures.map((one) => [t(`compare.measure_${one.name}`), value(one.left, one.name), value(one.right, one.name), value(one.difference, one.name), better(one, t)]);
  return [
    section(t("compare.sides"), h("p", {}, `${t("compare.left")}: `, differs(found.left, t)), h("p", {}, `${t("compare.right")}: `, differs(found.right, t))),
    section(t("compare.people"), told(found.picks, t)),
    found.judge ? section(t("compare.model"), told(found.judge, t)) : null,
    section(t("compare.machine"), table([t("compare.measure"), t("compare.left"), t("compare.right"), t("compare.difference"), ""], rows, { label: t("compare.machine") })),
  ].filter(Boolean);
}

export const page = {
  path: "compare/{comparison_id}",
  title: "nav.compare",
  within: "compare",
  async render(root, { api, params, t, canWrite, go, reload }) {
    const path = `comparisons/${part(params.comparison_id)}`;
    const found = await api.get(path);
    const remove = action(t("compare.remove"), async () => {
      if (!(await confirmed(t("compare.remove_title"), t("compare.remove_text"), t("compare.remove")))) return;
      await api.remove(path);
      go("compare");
    });
    const progress = h("progress", { max: Math.max(found.questions, 1), value: found.picked, "aria-label": t("compare.progress") });
    root.append(h("div", { class: "trial-progress" }, progress, t("compare.looked_at", { picked: number(found.picked), questions: number(found.questions) }), canWrite ? remove : null));
    if (found.result) return void root.append(...result(found.result, t));
    if (!found.next) return void root.append(h("p", {}, t(`compare.state_${found.state}`)));
    const { asked_answer_id: asked, question, first, second } = found.next;
    let busy = false;
    const pick = async (place) => {
      if (busy) return;
      busy = true;
      try {
        await api.post(`${path}/pick`, { asked_answer_id: asked, place });
        announce(t("compare.kept"));
        reload();
      } catch (error) {
        busy = false;
        complain(error);
      }
    };
    const tools = h("div", { class: "actions-line" }, action(t("compare.first"), () => pick("first"), { kind: "primary" }), action(t("compare.neither"), () => pick("neither")), action(t("compare.second"), () => pick("second"), { kind: "primary" }));
    root.append(
      h("p", { class: "hint" }, t("compare.how")),
      h("section", { class: "trial-item" }, h("div", { class: "trial-head" }, h("b", {}, question)), h("div", { class: "trial-sides" }, side(first, t("compare.answer", { n: 1 })), side(second, t("compare.answer", { n: 2 })))),
      ...(canWrite ? [tools] : []),
    );
    const pressed = (event) => {
      const place = KEYS[event.key];
      if (!place || !canWrite || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
      event.preventDefault();
      pick(place);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  },
};
