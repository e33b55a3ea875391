// A case: what people asked and got, and beside it the form that mends it.

import { h, icon } from "/console/js/dom.js";
import { complain, openDialog, toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, empty, link, moment, number, section } from "../parts.js";
import { standardForm } from "../standard_form.js";
import { askedBy, causeChips, channelChip, verdictLine, words } from "../telling.js";
import { tryingBox } from "../trying.js";

function reply(t, one, use) {
  return h(
    "div",
    { class: "reply-after" },
    h("p", { class: "facts" }, icon("reply"), h("b", {}, one.person || t("telling.somebody")), h("span", {}, t("case.said_after")), moment(one.sent_at)),
    words(one.text),
    use ? h("button", { type: "button", class: "link", on: { click: () => use(one) } }, t("case.use_reply")) : null,
  );
}

function answerBox(t, one, use) {
  return h(
    "li",
    { class: "exchange", data: { answer: one.answer_id } },
    h("p", { class: "facts" }, h("b", {}, one.person || t("telling.somebody")), channelChip(one.channel), moment(one.asked_at), link(t("case.trace"), `trace/${part(one.answer_id)}`)),
    h("p", { class: "asked" }, one.question),
    one.searched !== one.question ? h("p", { class: "hint" }, t("case.understood", { question: one.searched })) : null,
    h("div", { class: `answered${one.abstained ? " abstained" : ""}` }, words(one.text), h("div", { class: "chips" }, one.causes.map((cause) => causeChips({ [cause]: 1 })), one.standard_answer_id ? chip(t("case.was_standard"), "good") : null)),
    one.verdicts.map(verdictLine),
    one.replies.map((after) => reply(t, { ...after, channel: one.channel }, use)),
  );
}

async function chooseMerge({ api, t, go }, id) {
  const { cases } = await api.get(`cases/${part(id)}/others`);
  if (!cases.length) return toast(t("case.no_others"));
  const choose = async (into) => {
    dialog.close("");
    try {
      await api.post(`cases/${part(id)}/merge`, { into });
      toast(t("case.merged"));
      go(`case/${part(into)}`);
    } catch (error) {
      complain(error);
    }
  };
  const rows = cases.map((one) => h("button", { type: "button", on: { click: () => choose(one.case_id) } }, h("span", {}, one.question), h("small", { class: "dim" }, `×${number(one.answers)}`)));
  const search = h("input", { type: "search", placeholder: t("case.merge_search"), "aria-label": t("case.merge_search") });
  search.addEventListener("input", () => rows.forEach((row) => (row.hidden = !row.textContent.toLowerCase().includes(search.value.toLowerCase()))));
  const { dialog } = openDialog(t("case.merge"), h("div", { class: "body" }, h("h2", {}, t("case.merge")), h("p", {}, t("case.merge_text")), search, h("div", { class: "choose" }, rows)));
  search.focus();
}

function decisions(context, found) {
  const { api, t, go, reload } = context;
  const id = part(found.case.case_id);
  const dismiss = async () => {
    await api.post(`cases/${id}/dismiss`);
    const undo = () => api.post(`cases/${id}/reopen`).then(() => go(`case/${id}`), complain);
    toast(t("case.dismissed"), "", { name: t("undo"), act: undo });
    go("queue");
  };
  const reopen = async () => {
    await api.post(`cases/${id}/reopen`);
    reload();
  };
  const open = found.case.state === "open";
  return h(
    "div",
    { class: "actions-line" },
    action(t("case.merge"), () => chooseMerge(context, found.case.case_id), { data: { act: "merge" } }),
    open ? action(t("case.dismiss"), dismiss, { data: { act: "dismiss" } }) : action(t("case.reopen"), reopen, { data: { act: "reopen" } }),
  );
}

/** What was decided, on top of a case that is not open. */
function decided(t, found) {
  if (found.case.state === "open") return null;
  const by = t(`case.${found.case.state}_by`, { name: found.case.decided_by ?? "–" });
  const standard = found.case.standard_answer_id;
  return h("div", { class: "decided-box" }, chip(t(`queue.state_${found.case.state}`), found.case.state === "mended" ? "good" : ""), h("span", {}, by, " "), moment(found.case.changed_at), standard ? link(t("case.to_standard"), `standard/${part(standard)}`) : null);
}

export const page = {
  path: "case/{case_id}",
  title: "case.title",
  within: "queue",
  async render(root, context) {
    const { api, t, params, canWrite, go, reload } = context;
    const [found, { channels }] = await Promise.all([api.get(`cases/${part(params.case_id)}`), api.get("channel-choices")]);
    if (found.case.case_id !== params.case_id) return void go(`case/${part(found.case.case_id)}`, {}, { replace: true });
    const { draft, answers } = found;
    const head = h(
      "header",
      { class: "case-head" },
      h("h2", { class: "case-question" }, found.case.question || t("queue.gone")),
      h("div", { class: "chips" }, causeChips(found.case.causes), h("span", { class: "dim" }, askedBy(found.case))),
      decided(t, found),
      canWrite ? decisions(context, found) : null,
    );
    let form = null;
    if (canWrite) {
      const save = async (body) => {
        await api.post(`cases/${part(found.case.case_id)}/mend`, { ...body, answer_id: draft.answer_id, standard_answer_id: draft.standard_answer_id });
        toast(t("case.mended"), t("case.mended_hint"));
        await reload();
      };
      form = standardForm({ api, t, initial: draft, channels, submit: t("case.save"), save });
    }
    const asked = answers.map((one) => ({ question: one.searched, channel: one.channel }));
    const wanted = found.case.standard_answer_id ?? draft.standard_answer_id;
    const trying = found.case.state === "mended" && wanted ? tryingBox({ api, t, asked, channels, wanted, canWrite }) : null;
    const list = answers.length ? h("ol", { class: "exchanges" }, answers.map((one) => answerBox(t, one, form && ((after) => form.use(after))))) : empty(t("case.no_answers"));
    const right = [trying, form ? section(t(found.case.state === "mended" ? "case.mend_again" : "case.mend"), form.element) : null].filter(Boolean);
    root.append(head, h("div", { class: `two${right.length ? "" : " one"}` }, section(t("case.what_happened"), list), right.length ? h("div", { class: "right-side" }, right) : null));
  },
};
