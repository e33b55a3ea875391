// A card: what would be changed or deleted, and the two buttons that decide it.

import { put } from "./api.js";
import { announce, h } from "./dom.js";
import { t } from "./language.js";
import { complain } from "./overlay.js";
import { emit, state } from "./store.js";
import { clock } from "./time.js";

const AGAIN_MS = 2000;

/** The card, with buttons for the person who asked and a line for everybody else. */
export function cardBox(card, personId) {
  const mine = personId === state.me.person_id;
  const text = h("div", { class: "text" }, card.text);
  const box = h("div", { class: "answer card", role: "group", "aria-label": t("card"), data: { card: card.card_id } }, text);
  if (!mine) {
    const name = state.people.find(({ person_id: id }) => id === personId)?.name ?? "?";
    box.append(h("p", { class: "hint" }, t("card_for_other", { name })));
    return box;
  }
  const yes = h("button", { type: "button", class: card.deletes ? "primary danger" : "primary", on: { click: () => decide(true) } }, card.confirm);
  const no = h("button", { type: "button", class: "quiet", on: { click: () => decide(false) } }, card.cancel);
  const until = h("span", { class: "hint" }, t("card_until", { time: clock(card.expires_at) }));
  const choice = h("div", { class: "choice" }, yes, no, until);
  box.append(choice);

  async function decide(accepted) {
    yes.disabled = no.disabled = true;
    try {
      const { decision } = await put("/api/cards", { card_id: card.card_id, accepted });
      show(decision);
      if (decision.state === "running") setTimeout(() => decide(accepted), AGAIN_MS);
    } catch (error) {
      yes.disabled = no.disabled = false;
      complain(error);
    }
  }

  function show(decision) {
    const focused = box.contains(document.activeElement) || document.activeElement === document.body;
    const result = h("div", { class: "text decided", role: "status", tabindex: -1 }, decision.text);
    (box.querySelector(".choice") ?? box.querySelector(".decided")).replaceWith(result);
    box.dataset.state = decision.state;
    if (focused) result.focus({ preventScroll: true });
    announce(decision.text);
    emit("grown");
  }

  return box;
}

/** An open card of an earlier page as an answer under way that nobody else sees. */
export const askOfCard = (card) => ({
  ask_id: `card:${card.card_id}`,
  channel_id: card.channel_id,
  person_id: state.me.person_id,
  question: "",
  thread_id: null,
  private: true,
  asked_at: new Date().toISOString(),
  status: "",
  citations: [],
  text: "",
  card,
});
