// Completion of @names and /commands above the composer: a list box that the keyboard walks.

import { avatar, h } from "./dom.js";
import { t } from "./language.js";
import { state } from "./store.js";

const MENTION = /(^|[^\w@])@([^\s@]{0,40})$/;
const COMMAND = /^\/(\S{0,40})$/;
let counter = 0;

function candidates(before) {
  const command = COMMAND.exec(before);
  if (command) {
    const words = command[1].toLowerCase();
    return state.commands
      .filter(({ name }) => name.replace(/^\//, "").toLowerCase().startsWith(words))
      .map(({ name, usage, summary }) => ({
        insert: `/${name.replace(/^\//, "")} `,
        length: before.length,
        nodes: [h("code", {}, usage), h("small", {}, summary)],
      }));
  }
  const mention = MENTION.exec(before);
  if (!mention) return [];
  const words = mention[2].toLowerCase();
  return [state.bot, ...state.people.filter((person) => person.person_id !== state.me.person_id)]
    .filter(({ name, is_bot: isBot }) => name.toLowerCase().includes(words) || (isBot && "shiguang".startsWith(words)))
    .slice(0, 8)
    .map((person) => ({
      insert: `@${person.name} `,
      length: mention[2].length + 1,
      nodes: [avatar(person, { small: true }), h("span", {}, person.name), person.is_bot ? h("small", {}, t("ask_the_bot")) : null],
    }));
}

/** Attach completion to a textarea; returns the list box and a key handler that says whether it used the key. */
export function completion(textarea) {
  const id = `options-${++counter}`;
  const box = h("div", { class: "options", id, role: "listbox", "aria-label": t("completions"), hidden: true });
  let options = [];
  let chosen = 0;
  let dismissed = null;
  textarea.setAttribute("aria-autocomplete", "list");
  textarea.setAttribute("aria-controls", id);

  const draw = () => {
    box.hidden = options.length === 0;
    textarea.setAttribute("aria-expanded", String(!box.hidden));
    box.replaceChildren(
      ...options.map((option, index) =>
        h(
          "div",
          {
            class: "option", role: "option", id: `${id}-${index}`, "aria-selected": String(index === chosen),
            on: { mousedown: (event) => event.preventDefault(), click: () => take(index) },
          },
          option.nodes,
        ),
      ),
    );
    if (box.hidden) textarea.removeAttribute("aria-activedescendant");
    else textarea.setAttribute("aria-activedescendant", `${id}-${chosen}`);
    box.children[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const close = () => {
    options = [];
    draw();
  };
  const take = (index) => {
    const { insert, length } = options[index];
    const end = textarea.selectionStart;
    textarea.setRangeText(insert, end - length, end, "end");
    close();
    textarea.focus();
    textarea.dispatchEvent(new Event("input", { bubbles: true }));
  };
  /** What is already written in full needs no completion: Enter sends it. */
  const isWhole = ({ insert, length }) => {
    const end = textarea.selectionStart;
    return textarea.value.slice(end - length, end).toLowerCase() === insert.trim().toLowerCase();
  };
  const update = () => {
    const before = textarea.value.slice(0, textarea.selectionStart);
    if (before !== dismissed) dismissed = null;
    options = dismissed === null ? candidates(before) : [];
    chosen = 0;
    draw();
  };
  textarea.addEventListener("input", update);
  textarea.addEventListener("blur", close);

  const key = (event) => {
    if (!options.length || event.isComposing) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
      draw();
    } else if (event.key === "Escape") {
      dismissed = textarea.value.slice(0, textarea.selectionStart);
      close();
    } else if (event.key === "Enter" && isWhole(options[chosen])) {
      close();
      return false;
    } else if (event.key === "Tab" || event.key === "Enter") take(chosen);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { box, key };
}
