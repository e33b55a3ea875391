// Categories of a record: chips to take away, a menu to add, and a way back.

import { put } from "./api.js";
import { h, icon, iconButton } from "./dom.js";
import { language, t } from "./language.js";
import { complain, openMenu, toast } from "./overlay.js";

let known = [];

/** The team's categories, from the last counts. */
export function knowCategories(categories) {
  known = categories;
}

export const categoryName = (id) => known.find(({ value }) => value === id)?.names[language()] ?? id;

/** The chips of an entry; `changed` hears that a correction was stored. */
export function categoryChips(entry, changed) {
  const box = h("div", { class: "chips" });
  const draw = () => {
    const add = iconButton("plus", t("add_category"), () => choose(entry, add, redraw, changed), { "aria-haspopup": "true", data: { tool: "category" } });
    box.replaceChildren(...entry.categories.map((category) => chip(entry, category, redraw, changed)), add);
  };
  const redraw = () => {
    const inside = box.contains(document.activeElement);
    draw();
    if (inside) box.lastElementChild.focus();
  };
  draw();
  return box;
}

function chip(entry, category, redraw, changed) {
  const name = categoryName(category.category_id);
  const remove = () => correct(entry, category.category_id, false, category.record_ids, redraw, changed);
  return h(
    "span",
    { class: "chip", data: { category: category.category_id } },
    name,
    h("button", { type: "button", "aria-label": t("remove_category", { name }), title: t("remove_category", { name }), on: { click: remove } }, icon("close")),
  );
}

function choose(entry, anchor, redraw, changed) {
  const has = (id) => entry.categories.find(({ category_id: given }) => given === id);
  const items = known.map(({ value }) => {
    const given = has(value);
    const pick = () => {
      close();
      correct(entry, value, !given, given?.record_ids ?? [entry.record_id], redraw, changed);
    };
    return h("button", { type: "button", role: "menuitemcheckbox", "aria-checked": String(Boolean(given)), data: { category: value }, on: { click: pick } }, categoryName(value));
  });
  const list = h("div", { class: "category-menu", role: "menu", "aria-label": t("add_category") }, items);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
  const close = openMenu(anchor, list);
}

async function correct(entry, id, present, recordIds, redraw, changed, { undoing = false } = {}) {
  const before = entry.categories;
  const others = before.filter(({ category_id: given }) => given !== id);
  entry.categories = present ? [...others, { category_id: id, record_ids: recordIds }] : others;
  redraw();
  try {
    for (const recordId of recordIds) await put("/api/categories", { record_id: recordId, category_id: id, present });
  } catch (error) {
    entry.categories = before;
    redraw();
    complain(error);
    return;
  }
  changed();
  if (undoing) return;
  const name = categoryName(id);
  const undo = () => correct(entry, id, !present, recordIds, redraw, changed, { undoing: true });
  toast(present ? t("category_added", { name }) : t("category_removed", { name }), "", { name: t("undo"), act: undo });
}
