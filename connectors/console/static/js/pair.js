// Two answers to one question: which is better? Asked for under an answer, or now and then offered.

import { post, put, remove } from "./api.js";
import { announce, h } from "./dom.js";
import { t } from "./language.js";
import { complain, openDialog, toast } from "./overlay.js";
import { on } from "./store.js";
import { formatted } from "./text.js";

const NAMES = ["A", "B"];
const PATIENCE_SECONDS = 300;
const OFFER_SECONDS = 60;

/** The button that makes a second answer; it may take as long as the first one did. */
export function againButton(answer) {
  const button = h("button", { type: "button", class: "link again", title: t("again_hint"), on: { click: () => again(answer, button) } }, t("again"));
  return button;
}

async function again(answer, button) {
  button.disabled = true;
  button.textContent = t("again_making");
  announce(t("again_making"));
  try {
    const { pair, notice } = await post("/api/again", { answer_id: answer.answer_id }, { seconds: PATIENCE_SECONDS });
    if (pair) await choose(pair);
    else if (notice) toast(notice.sentence, notice.hint);
    else toast(t("again_same"));
  } catch (error) {
    complain(error);
  } finally {
    button.disabled = false;
    button.textContent = t("again");
  }
}

/** Show both side by side; the pick is kept, and the conversation shows it alone. */
async function choose(pair, { unasked = false } = {}) {
  const [first] = pair.answers;
  const column = (answer, place) =>
    h(
      "section",
      { class: "candidate", "aria-label": t("pair_name", { name: NAMES[place] }) },
      h("h3", {}, t("pair_name", { name: NAMES[place] })),
      h("div", { class: "text" }, formatted(answer.text, { citations: answer.citations, onCite: () => {} })),
      h("ol", { class: "quotes" }, answer.citations.map((citation) => h("li", { value: citation.n }, h("b", {}, citation.author), ` ${citation.quote}`))),
      h("button", { class: "primary", value: answer.answer_id }, t("pair_pick", { name: NAMES[place] })),
    );
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, t("pair_title")),
    h("p", {}, t("pair_text")),
    h("div", { class: "pair" }, pair.answers.map(column)),
    h("div", { class: "actions" }, h("button", { class: "quiet", value: "" }, t("pair_none"))),
  );
  const { dialog, closed } = openDialog(t("pair_title"), form);
  dialog.classList.add("wide");
  const chosen = await closed;
  const other = pair.answers.find((answer) => answer.answer_id !== chosen);
  if (!chosen) {
    if (unasked) await declined(pair);
    return;
  }
  try {
    await put("/api/preferences", { chosen, other: other.answer_id, first_shown: first.answer_id });
    toast(t("pair_kept"));
  } catch (error) {
    complain(error);
  }
}

async function declined(pair) {
  const [first, second] = pair.answers.map((answer) => answer.answer_id);
  await remove("/api/preferences", { first, second }).catch(complain);
}

/** An offer waits as a line with a button: nobody is interrupted. */
export function watchOffers() {
  on("socket:pair", ({ pair }) => {
    toast(t("pair_offer"), "", { name: t("pair_look"), act: () => choose(pair, { unasked: true }) }, { seconds: OFFER_SECONDS });
  });
}
