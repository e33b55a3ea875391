// The filters at the side: each choice with how many records it would show.

import { h, icon } from "./dom.js";
import { count, filters } from "./filters.js";
import { language, t } from "./language.js";
import { channelOf, channelTitle } from "./store.js";

const SHOWN = 7;
const SEARCHED_FROM = 15;
const unfolded = new Set();

/** What a choice is called: channels as elsewhere on the console, kinds by the page's own words. */
export function choiceName(name, choice) {
  if (name === "kind") return { message: t("kind_messages"), file: t("kind_files"), link: t("kind_links") }[choice.value];
  const channel = name === "channel" ? channelOf(choice.value) : null;
  if (channel) return `${channel.visibility === "direct" ? "" : "#"}${channelTitle(channel)}`;
  return (name === "channel" ? "#" : "") + choice.names[language()];
}

function button(name, choice, choose) {
  const chosen = filters[name] === choice.value;
  const more = { "aria-pressed": String(chosen), disabled: !choice.count && !chosen, data: { filter: name, value: choice.value } };
  return h(
    "button",
    { type: "button", class: "choice", ...more, on: { click: () => choose({ [name]: chosen ? "" : choice.value }) } },
    h("span", { class: "name" }, choiceName(name, choice)),
    h("span", { class: "count" }, choice.count.toLocaleString()),
  );
}

function group(name, title, choices, choose, redraw) {
  if (!choices.length) return null;
  const open = unfolded.has(name);
  const chosen = choices.find(({ value }) => value === filters[name]);
  const first = open ? choices : choices.slice(0, SHOWN);
  const shown = chosen && !first.includes(chosen) ? [chosen, ...first.slice(0, -1)] : first;
  const list = h("div", { class: "list" }, shown.map((choice) => button(name, choice, choose)));
  const more = h("button", { type: "button", class: "link", on: { click: () => (open ? unfolded.delete(name) : unfolded.add(name), redraw()) } }, open ? t("fewer") : t("all_n", { n: choices.length }));
  return h("section", { class: "group", data: { group: name }, "aria-label": title }, h("h3", {}, title), open && choices.length > SEARCHED_FROM ? finder(list, name, choices) : null, list, choices.length > SHOWN ? more : null);
}

const used = (name, choices) => choices.filter(({ value, count: n }) => n || value === filters[name]);

/** A field that leaves only the names that hold what is typed. */
function finder(list, name, choices) {
  const field = h("input", { type: "search", placeholder: t("find_name"), "aria-label": t("find_name") });
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase();
    for (const element of list.children) {
      const choice = choices.find(({ value }) => value === element.dataset.value);
      element.hidden = !choiceName(name, choice).toLowerCase().includes(words);
    }
  });
  return field;
}

/** Draw the filters; `choose` hears the changed ones. */
export function drawChoices(box, choices, choose) {
  const redraw = () => drawChoices(box, choices, choose);
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset : {};
  box.classList.toggle("uncounted", Boolean(filters.text));
  box.replaceChildren(
    ...[
      group("category", t("category"), used("category", choices.categories), choose, redraw),
      group("kind", t("kind"), used("kind", choices.kinds), choose, redraw),
      group("channel", t("channel"), choices.channels, choose, redraw),
      group("author", t("person"), choices.authors, choose, redraw),
    ].filter(Boolean),
  );
  if (focused.filter) [...box.querySelectorAll(".choice")].find((element) => element.dataset.filter === focused.filter && element.dataset.value === focused.value)?.focus();
}

/** The chosen filters above the records, each with a way out. */
export function drawChosen(box, choices, choose) {
  const lists = { category: choices.categories, kind: choices.kinds, channel: choices.channels, author: choices.authors };
  const chips = Object.entries(lists).flatMap(([name, list]) => {
    const choice = list.find(({ value }) => value === filters[name]);
    if (!filters[name]) return [];
    const words = choice ? choiceName(name, choice) : filters[name];
    return h("button", { type: "button", class: "chip chosen-chip", "aria-label": t("remove_filter", { name: words }), on: { click: () => choose({ [name]: "" }) } }, words, icon("close"));
  });
  const all = chips.length > 1 ? h("button", { type: "button", class: "link", on: { click: () => choose({ channel: "", author: "", kind: "", category: "" }) } }, t("remove_all")) : null;
  const total = filters.text ? null : h("span", { class: "total" }, t(choices.total === 1 ? "one_record" : "n_records", { n: choices.total.toLocaleString() }));
  box.replaceChildren(...[total, ...chips, all].filter(Boolean));
}

/** The button that opens the filters on a phone says how many are set. */
export function drawToggle(button) {
  button.textContent = count() ? `${t("filters")} · ${count()}` : t("filters");
}
