// One prompt: its text, a trial on past questions, its versions.

import { h } from "/console/js/dom.js";
import { complain, confirmed, toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, field, moment, number, section, segments, select, table } from "../parts.js";
import { drawTrial } from "../trial.js";

const LANGUAGES = { zh: "中文", en: "English" };
const EVERY_MS = 1000;

/** About as many tokens as the server counts: it has the last word. */
const tokens = (text) => Math.ceil((text.match(/[\u3400-\u9fff]/g) ?? []).length * 0.9 + (text.match(/[^\u3400-\u9fff]/g) ?? []).length / 3.6);

function versions(found, { api, t, canWrite, reload }, path, load) {
  const use = async (version) => {
    const former = found.in_force.version;
    await api.put(`${path}/in-force`, { version });
    toast(t("prompts.in_force_now", { version }), "", { name: t("prompts.go_back"), act: () => api.put(`${path}/in-force`, { version: former }).then(reload, complain) });
    reload();
  };
  const drop = async (version) => {
    if (!(await confirmed(t("prompts.remove_title", { version }), t("prompts.remove_text"), t("prompts.remove")))) return;
    await api.remove(`${path}/versions/${part(version)}`);
    reload();
  };
  const counts = (version) => version === found.in_force.version;
  const state = (one) => (counts(one.version) ? chip(t("prompts.in_force"), "good") : chip(t(`prompts.state_${one.state}`), one.state === "draft" ? "warn" : ""));
  const row = (one) => [
    h("code", {}, one.version),
    state(one),
    one.created_by ?? "–",
    one.created_at ? moment(one.created_at) : h("span", { class: "dim" }, "–"),
    one.activated_at ? moment(one.activated_at) : h("span", { class: "dim" }, "–"),
    h("div", { class: "actions-line" }, action(t("prompts.read"), () => load(one.text)), canWrite && !counts(one.version) ? action(t("prompts.use"), () => use(one.version)) : null, canWrite && one.state === "draft" ? action(t("prompts.remove"), () => drop(one.version)) : null),
  ];
  const shipped = { ...found.shipped, state: "shipped" };
  return section(t("prompts.versions"), table([t("prompts.version"), t("prompts.state"), t("prompts.by"), t("prompts.written"), t("prompts.since"), ""], [...found.versions, shipped].map(row), { label: t("prompts.versions") }));
}

export const page = {
  path: "prompt/{name}/{language}",
  title: "nav.prompts",
  within: "prompts",
  async render(root, context) {
    const { api, params, t, canWrite, reload, title } = context;
    const path = `prompts/${part(params.name)}/${part(params.language)}`;
    const found = await api.get(path);
    title(`${t(`prompts.name_${found.name}`)} · ${LANGUAGES[found.language]}`);
    const text = h("textarea", { name: "text", rows: 10, class: "prompt-text", lang: found.language, spellcheck: "false", readonly: !canWrite });
    text.value = found.in_force.text;
    const size = h("small", { class: "hint" });
    const changed = h("span", {});
    const tools = h("div", { class: "actions-line" });
    const measure = () => {
      for (const button of tools.children) button.disabled = text.value.trim() === found.in_force.text;
      size.textContent = t("prompts.size", { n: number(tokens(text.value)), most: number(found.most_tokens) });
      size.classList.toggle("bad-text", tokens(text.value) > found.most_tokens);
      changed.replaceChildren(text.value.trim() === found.in_force.text ? chip(t("prompts.as_in_force"), "good") : chip(t("prompts.not_saved"), "warn"));
    };
    text.addEventListener("input", measure);
    const load = (words) => {
      text.value = words;
      measure();
      text.focus();
      text.scrollIntoView({ block: "center" });
    };

    // What keeps the text from being used stays beside it until it is written.
    const refused = h("div", { class: "refused", role: "alert" });
    const allowed = async (work) => {
      refused.replaceChildren();
      try {
        return await work();
      } catch (error) {
        if (error.code !== "prompt_refused") throw error;
        const [first, ...others] = error.sentence.split("\n");
        const cut = first.search(/[:：]/) + 1;
        refused.replaceChildren(h("b", {}, first.slice(0, cut)), h("ul", {}, [first.slice(cut), ...others].map((line) => h("li", {}, line))), h("p", { class: "hint" }, error.hint));
        refused.scrollIntoView({ block: "nearest" });
        return null;
      }
    };
    const keep = async () => (await api.post(`${path}/versions`, { text: text.value })).version;
    const keepOnly = async () => {
      const version = await allowed(keep);
      if (!version) return;
      toast(t("prompts.saved", { version }));
      reload();
    };
    const keepAndUse = async () => {
      const former = found.in_force.version;
      const version = await allowed(keep);
      if (!version) return;
      await api.put(`${path}/in-force`, { version });
      toast(t("prompts.in_force_now", { version }), "", { name: t("prompts.go_back"), act: () => api.put(`${path}/in-force`, { version: former }).then(reload, complain) }, { seconds: 12 });
      reload();
    };

    const result = h("div", { class: "trial" });
    let timer = null;
    let choice = "recent";
    const stop = action(t("prompts.stop"), () => api.remove("prompt-trial").then(watch));
    const mine = (trial) => trial && trial.name === found.name && trial.language === found.language;
    async function watch() {
      clearTimeout(timer);
      const { trial } = await api.get("prompt-trial");
      if (!mine(trial)) return;
      drawTrial(result, trial, t, canWrite ? stop : null);
      if (trial.state === "running") timer = setTimeout(() => watch().catch(() => (timer = setTimeout(watch, 5 * EVERY_MS))), EVERY_MS);
    }
    const choices = h("div", {});
    const drawChoices = () => choices.replaceChildren(segments([["recent", t("prompts.choice_recent")], ["down", t("prompts.choice_down")], ["up", t("prompts.choice_up")]], choice, (chosen) => ((choice = chosen), drawChoices()), t("prompts.choice")));
    drawChoices();
    const count = select([["5", "5"], ["10", "10"], ["20", "20"]], "5", { name: "count", "aria-label": t("prompts.count") });
    const anew = h("input", { type: "checkbox", name: "anew" });
    const begin = async () => {
      const trial = await allowed(() => api.post(`${path}/trial`, { text: text.value, choice, count: Number(count.value), anew: anew.checked }));
      if (!trial) return;
      result.replaceChildren();
      drawTrial(result, trial, t, stop);
      await watch();
      result.scrollIntoView({ block: "nearest" });
    };

    const needs = h("details", { class: "needs" }, h("summary", {}, t("prompts.needs")), h("ul", {}, found.needs.map((need) => h("li", {}, need))));
    if (canWrite) tools.append(action(t("prompts.save_and_use"), keepAndUse, { kind: "primary" }), action(t("prompts.save"), keepOnly), h("button", { type: "button", class: "quiet", on: { click: () => load(found.in_force.text) } }, t("prompts.reset")));
    measure();
    const tryTools = canWrite
      ? h("div", { class: "filters" }, found.is_asked ? choices : null, count, found.can_search_anew ? h("label", { class: "tick" }, anew, t("prompts.anew")) : null, action(t("prompts.try"), begin, { kind: "primary" }))
      : null;
    root.append(
      ...[
        h("p", { class: "about" }, t(`prompts.for_${found.name}`)),
        h("section", { class: "section" }, field(t("prompts.text"), text), h("div", { class: "filters" }, changed, h("code", {}, found.in_force.version), size), refused, needs, tools),
        h("section", { class: "section" }, h("h2", {}, t("prompts.trial")), h("p", { class: "hint" }, t(found.is_asked ? "prompts.trial_about" : "prompts.trial_about_summaries")), tryTools, result),
        versions(found, context, path, load),
      ].filter(Boolean),
    );
    await watch();
    return () => clearTimeout(timer);
  },
};
