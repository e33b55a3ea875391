// What pages are made of.

import { h, icon } from "/console/js/dom.js";
import { language, t } from "/console/js/language.js";
import { complain } from "/console/js/overlay.js";
import { clock, fullTime, shortDate } from "/console/js/time.js";
import { addressOf } from "./address.js";

/** A link to a page of the desk. */
export const link = (text, path, query = {}, more = {}) => h("a", { href: addressOf(path, query), ...more }, text);

/** A small label; `kind` is good, bad, warn or empty. */
export const chip = (text, kind = "") => h("span", { class: `chip ${kind}` }, text);

/** A moment, short, with everything on hover. */
export function moment(time, { withClock = true } = {}) {
  if (!time) return h("span", { class: "dim" }, "–");
  return h("time", { datetime: time, title: fullTime(time) }, withClock ? `${shortDate(time)} ${clock(time)}` : shortDate(time));
}

/** A number with separators. */
export const number = (value) => new Intl.NumberFormat(language() === "zh" ? "zh-CN" : "en-GB").format(value);

/** A share from 0 to 1 in percent; – when there is none. */
export const percent = (share) => (share === null || share === undefined ? "–" : `${Math.round(share * 100)} %`);

/** What stands where there is nothing. */
export const empty = (text, hint = "") => h("div", { class: "nothing" }, h("p", {}, text), hint ? h("p", { class: "hint" }, hint) : null);

/** A part of a page under a heading. */
export const section = (title, ...content) => h("section", { class: "section" }, title ? h("h2", {}, title) : null, content);

/** As `pager`, through a list whose length is not known: `found` tells offset, limit and whether there is `more`. */
export function openPager(found, shown, turn) {
  if (!found.offset && !found.more) return null;
  const button = (text, disabled, offset) => h("button", { type: "button", class: "quiet", disabled, on: { click: () => turn(offset) } }, text);
  return h(
    "nav",
    { class: "pager", "aria-label": t("desk.pager") },
    button(t("desk.newer"), !found.offset, Math.max(0, found.offset - found.limit)),
    h("span", {}, `${number(found.offset + 1)}–${number(found.offset + shown)}`),
    button(t("desk.older"), !found.more, found.offset + found.limit),
  );
}

/** A table; `columns` are titles or {title, class}, rows are lists of cells. It scrolls sideways in itself on a phone. */
export function table(columns, rows, { label = "" } = {}) {
  const heads = columns.map((column) => (typeof column === "string" ? { title: column } : column));
  return h(
    "div",
    { class: "table-box", tabindex: 0, role: "region", "aria-label": label || heads[0].title },
    h("table", {}, h("thead", {}, h("tr", {}, heads.map(({ title, class: kind }) => h("th", { scope: "col", class: kind }, title)))), h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell, index) => h("td", { class: heads[index]?.class }, cell)))))),
  );
}

/** A labelled input; `hint` stands below. */
export const field = (label, input, hint = "") => h("label", { class: "field" }, h("span", { class: "name" }, label), input, hint ? h("small", { class: "hint" }, hint) : null);

/** A choice out of [value, text] pairs. */
export const select = (options, value, more = {}) => {
  const box = h("select", more, options.map(([key, text]) => h("option", { value: key }, text)));
  box.value = value ?? "";
  return box;
};

/** Buttons of which one is chosen: filters, periods. */
export function segments(options, value, choose, label) {
  return h("div", { class: "segments", role: "group", "aria-label": label }, options.map(([key, text]) => h("button", { type: "button", "aria-pressed": String(key === value), data: { value: key }, on: { click: () => choose(key) } }, text)));
}

/** A button that waits for what it does and says what went wrong. */
export function action(text, act, { kind = "quiet", symbol = null, ...more } = {}) {
  const button = h("button", { type: "button", class: kind, ...more }, symbol ? icon(symbol) : null, text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      complain(error);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

/** Pages of a list: `offset` and `total` in entries. */
export function pager({ offset, limit, total }, turn) {
  if (total <= limit) return null;
  const step = (to, name, words) => h("button", { type: "button", class: "quiet", disabled: to < 0 || to >= total, on: { click: () => turn(to) } }, name === "left" ? icon(name) : null, words, name === "right" ? icon(name) : null);
  const place = t("desk.place", { first: number(offset + 1), last: number(Math.min(offset + limit, total)), total: number(total) });
  return h("nav", { class: "pager", "aria-label": t("desk.pager") }, step(offset - limit, "left", t("desk.newer")), h("span", {}, place), step(offset + limit, "right", t("desk.older")));
}
