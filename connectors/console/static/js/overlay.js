// Dialogs, menus that open at a button, and toasts.

import { byId, h } from "./dom.js";
import { t } from "./language.js";
import { EMOJI } from "./emoji.js";

/** A short line that goes away by itself; `action` is a button in it, such as a way back. */
export function toast(text, hint = "", action = null, { seconds = 5 } = {}) {
  const press = () => {
    line.remove();
    action.act();
  };
  const button = action ? h("button", { type: "button", class: "link", on: { click: press } }, action.name) : null;
  const line = h("div", { class: "toast" }, h("span", {}, text), hint ? h("small", {}, hint) : null, button);
  byId("toasts").append(line);
  setTimeout(() => line.remove(), seconds * 1000);
}

/** Tell what went wrong in the words of the server. */
export function complain(error) {
  if (error.code) toast(error.sentence, error.hint);
  else throw error;
}

/** Open a modal dialog; resolves with its `returnValue` when it closes. */
export function openDialog(title, content, { closable = true } = {}) {
  const dialog = h("dialog", { "aria-label": title }, content);
  document.body.append(dialog);
  dialog.addEventListener("cancel", (event) => closable || event.preventDefault());
  if (closable) dialog.addEventListener("mousedown", (event) => event.target === dialog && dialog.close(""));
  const closed = new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue);
      dialog.remove();
    });
  });
  dialog.showModal();
  return { dialog, closed };
}

/** Ask before something that cannot be undone. */
export async function confirmed(title, text, action) {
  const { dialog, closed } = openDialog(
    title,
    h(
      "form",
      { method: "dialog" },
      h("h2", {}, title),
      h("p", {}, text),
      h(
        "div",
        { class: "actions" },
        h("button", { class: "quiet", value: "" }, t("cancel")),
        h("button", { class: "primary danger", value: "yes", autofocus: true }, action),
      ),
    ),
  );
  dialog.returnValue = "";
  return (await closed) === "yes";
}

/** A menu at a button: closes on Escape, on a click elsewhere, and when something was chosen. */
export function openMenu(anchor, content) {
  document.querySelector(".menu")?.remove();
  const menu = h("div", { class: "menu", role: "dialog" }, content);
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.right - menu.offsetWidth, innerWidth - menu.offsetWidth - 8));
  const above = box.top - menu.offsetHeight - 6;
  menu.style.left = `${left}px`;
  menu.style.top = `${above > 8 ? above : Math.min(box.bottom + 6, innerHeight - menu.offsetHeight - 8)}px`;
  const close = () => {
    menu.remove();
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", escape, true);
    if (anchor.isConnected) anchor.focus();
  };
  const outside = (event) => menu.contains(event.target) || close();
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", escape, true);
  menu.querySelector("button")?.focus();
  return close;
}

/** Choose an emoji by name. */
export function pickEmoji(anchor, chosen) {
  const buttons = Object.entries(EMOJI)
    .slice(0, 40)
    .map(([name, glyph]) => h("button", { type: "button", "aria-label": name.replaceAll("_", " "), title: `:${name}:`, data: { emoji: name } }, glyph));
  const grid = h("div", { class: "emoji", role: "group", "aria-label": t("react") }, buttons);
  const close = openMenu(anchor, grid);
  grid.addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.emoji;
    if (!name) return;
    close();
    chosen(name);
  });
  grid.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (!step) return;
    event.preventDefault();
    buttons[buttons.indexOf(document.activeElement) + step]?.focus();
  });
}
