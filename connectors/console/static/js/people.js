// Who you are: remembered for this tab, and proposed to new ones.

import { post } from "./api.js";
import { avatar, byId, h } from "./dom.js";
import { t } from "./language.js";
import { openDialog } from "./overlay.js";
import { state } from "./store.js";

const KEY = "person";

/** The person of this tab, or the last one chosen in this browser. */
const remembered = () => sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);

async function enter(body) {
  const { person, direct_channel_id: directId } = await post("/api/people", body);
  state.me = person;
  state.directId = directId;
  sessionStorage.setItem(KEY, person.person_id);
  localStorage.setItem(KEY, person.person_id);
  byId("me")?.replaceChildren(avatar(person, { small: true }), h("span", {}, person.name));
}

/** Become who this tab was before; false when nobody was remembered or the person is gone. */
export async function enterAgain() {
  const id = remembered();
  if (!id || !state.people.some((person) => person.person_id === id)) return false;
  await enter({ person_id: id });
  return true;
}

/** Ask who somebody is; resolves to whether a person was chosen. */
export function choosePerson({ closable }) {
  return new Promise((resolve) => {
    const error = h("p", { class: "error", role: "alert" });
    let chosen = false;
    const choose = async (body) => {
      try {
        await enter(body);
        chosen = true;
        dialog.close("");
      } catch (problem) {
        error.textContent = `${problem.sentence} ${problem.hint}`;
      }
    };
    const buttons = state.people.map((person) =>
      h("button", { type: "button", autofocus: person === (state.people.find(({ person_id: id }) => id === state.me?.person_id) ?? state.people[0]), "aria-current": String(person.person_id === state.me?.person_id), data: { person: person.person_id }, on: { click: () => choose({ person_id: person.person_id }) } }, avatar(person), person.name),
    );
    const name = h("input", { type: "text", name: "name", maxlength: 60, required: true, autocomplete: "nickname", id: "new-name" });
    const form = h(
      "form",
      { on: { submit: (event) => (event.preventDefault(), choose({ name: name.value })) } },
      h("h2", {}, t("who_are_you")),
      h("p", {}, t("who_why")),
      buttons.length ? h("div", { class: "choose" }, buttons) : null,
      h("div", { class: "new-name" }, h("label", {}, t(buttons.length ? "somebody_new" : "your_name"), name), h("button", { class: "primary" }, t("come_in"))),
      error,
    );
    const { dialog, closed } = openDialog(t("who_are_you"), form, { closable });
    closed.then(() => resolve(chosen));
  });
}
