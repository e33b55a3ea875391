// Thumbs up, thumbs down with reasons, undo.

import { put } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { t } from "./language.js";
import { complain, openDialog, toast } from "./overlay.js";
import { againButton } from "./pair.js";

const REASONS = ["irrelevant", "incomplete", "wrong", "outdated", "should_not_be_shown", "other"];

/** What this page said last, until the server's view says the same. */
const said = new Map();

/** The line of buttons under an answer; one that only the asker sees stands `alone`. */
export function verdictLine(answer, verdict, { alone = false } = {}) {
  const line = h("div", { class: "verdict", role: "group", "aria-label": t("judge") });
  const again = alone ? null : againButton(answer);
  const draw = (current) => {
    const thumb = (kind, name) =>
      iconButton(name, t(`verdict_${kind}`), () => judge(current === kind ? "withdrawn" : kind), {
        "aria-pressed": String(current === kind),
        data: { verdict: kind },
      });
    const undo = h("button", { type: "button", class: "link undo", on: { click: () => judge("withdrawn") } }, t("undo"));
    const thanks = current ? [h("span", { class: "said", role: "status" }, t(`thanks_${current}`)), undo] : [];
    // A standard answer says by itself who verified it; no model made it.
    const model = answer.model && answer.model !== "standard answer" ? h("span", { class: "model" }, t("answered_by", { model: answer.model })) : null;
    line.replaceChildren(...[thumb("up", "up-vote"), thumb("down", "down-vote"), ...thanks, again, model].filter(Boolean));
  };
  const judge = async (kind, more = {}) => {
    try {
      await put("/api/verdicts", { answer_id: answer.answer_id, verdict: kind, ...more });
    } catch (error) {
      complain(error);
      return;
    }
    const current = kind === "withdrawn" ? null : kind;
    const focused = line.contains(document.activeElement);
    said.set(answer.answer_id, current);
    draw(current);
    if (focused) line.querySelector("button").focus();
    if (kind === "down" && !more.reasons) await askWhy(judge);
  };
  draw(said.has(answer.answer_id) ? said.get(answer.answer_id) : verdict === "withdrawn" ? null : verdict);
  return line;
}

/** The verdict is stored already; the reasons are a gift. */
async function askWhy(judge) {
  const comment = h("textarea", { name: "comment", rows: 3, maxlength: 2000, placeholder: t("comment_hint") });
  const checks = REASONS.map((reason) =>
    h("label", {}, h("input", { type: "checkbox", name: "reason", value: reason }), h("span", {}, t(`reason_${reason}`))),
  );
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, t("why_down")),
    h("div", { class: "checks", role: "group", "aria-label": t("why_down") }, checks),
    h("label", {}, t("comment"), comment),
    h(
      "div",
      { class: "actions" },
      h("button", { class: "quiet", value: "" }, t("skip")),
      h("button", { class: "primary", value: "send" }, icon("send"), t("send_reasons")),
    ),
  );
  const { closed } = openDialog(t("why_down"), form);
  if ((await closed) !== "send") return;
  const reasons = [...form.querySelectorAll("input:checked")].map((box) => box.value);
  await judge("down", { reasons, comment: comment.value });
  toast(t("reasons_sent"));
}
