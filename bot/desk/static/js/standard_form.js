// The form in which a standard answer is written: questions, text, sources, owner, last day, readers.

import { h, iconButton } from "/console/js/dom.js";
import { field } from "./parts.js";
import { audience, channelName } from "./telling.js";
import { sourceList, sourceSearch } from "./sources.js";

const EVERYBODY = "*";

/** Other wordings: those of the group to be ticked off, and room for more. */
function wordings(t, initial) {
  const kept = (initial.variants ?? []).map((way) => ({ way, is: true }));
  const asked = (initial.ways ?? []).map((way) => ({ way, is: true }));
  const boxes = [...kept, ...asked].map(({ way, is }) => h("label", { class: "tick" }, h("input", { type: "checkbox", name: "way", value: way, checked: is }), h("span", {}, way)));
  const more = h("textarea", { name: "more", rows: 1, placeholder: t("form.more_hint"), "aria-label": t("form.more") });
  const element = h("fieldset", { class: "field" }, h("legend", { class: "name" }, t("form.wordings")), h("small", { class: "hint" }, t("form.wordings_hint")), boxes, more);
  const chosen = () => [...boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => box.value), ...more.value.split("\n").map((line) => line.trim()).filter(Boolean)];
  return { element, chosen };
}

/** Who may be given it: never more than may read its sources. */
function readers(t, initial, channels, sources) {
  const others = channels.filter((channel) => !initial.channel_ids?.includes(channel.channel_id));
  const chosen = initial.channel_ids?.filter((id) => id !== EVERYBODY) ?? [];
  const names = [...channels.filter((channel) => chosen.includes(channel.channel_id)), ...others];
  const box = h("select", { name: "readers" });
  const told = h("p", { class: "audience", role: "status" });
  const draw = () => {
    const value = box.value || chosen[0] || "";
    const open = sources.list.length ? [["", t("form.readers_of_sources")]] : [["", t("form.choose_readers")], [EVERYBODY, t("audience.everybody")]];
    const unknown = chosen.filter((id) => !names.some((channel) => channel.channel_id === id)).map((id) => [id, t("telling.direct_chat")]);
    box.replaceChildren(...[...open, ...unknown, ...names.map((channel) => [channel.channel_id, t("form.only", { channel: channelName(channel) })])].map(([key, text]) => h("option", { value: key }, text)));
    box.value = [...box.options].some((option) => option.value === value) ? value : "";
    const needed = new Map(sources.list.filter((source) => source.channel).map((source) => [source.channel.channel_id, source.channel]));
    const narrowed = channels.find((channel) => channel.channel_id === box.value);
    if (narrowed) needed.set(narrowed.channel_id, narrowed);
    told.textContent = box.value && !narrowed && box.value !== EVERYBODY ? t("audience.direct_only") : audience([...needed.values()], { everybody: box.value === EVERYBODY });
  };
  box.addEventListener("change", draw);
  draw();
  return { element: h("div", {}, field(t("form.readers"), box), told), draw, chosen: () => (box.value ? [box.value, ...chosen.slice(1).filter(() => box.value === chosen[0])] : []) };
}

/** `{element, use}`: `use` takes what a person said as the text and its message as the source. */
export function standardForm({ api, t, initial, channels, submit, save }) {
  const sources = { list: initial.sources.map((source) => ({ ...source })) };
  const question = h("textarea", { name: "question", rows: 2, required: true, maxlength: 500 }, initial.question);
  const text = h("textarea", { name: "text", rows: 4, required: true, maxlength: 3000 }, initial.text);
  const owner = h("input", { type: "text", name: "owner", required: true, maxlength: 80, value: initial.owner ?? "" });
  const lastDay = h("input", { type: "date", name: "last_day", value: initial.last_day ?? "" });
  const ways = wordings(t, initial);
  const who = readers(t, initial, channels, sources);
  const listed = h("div", { class: "sources-box" });

  const insert = (n) => {
    const at = text.selectionEnd ?? text.value.length;
    const before = text.value.slice(0, at).replace(/\s+$/, "");
    text.value = `${before}${before ? " " : ""}[${n}]${text.value.slice(at)}`;
  };
  const drop = (n) => {
    sources.list = sources.list.filter((source) => source.n !== n).map((source, index) => ({ ...source, was: source.n, n: index + 1 }));
    const numbers = new Map(sources.list.map((source) => [source.was, source.n]));
    text.value = text.value.replace(/ ?\[(\d{1,2})\]/g, (mark, number) => (numbers.has(Number(number)) ? mark.replace(number, numbers.get(Number(number))) : Number(number) === n ? "" : mark));
    draw();
  };
  const draw = () => {
    listed.replaceChildren(sourceList(sources.list, { insert, drop: (n) => iconButton("close", t("form.drop_source"), () => drop(n)) }));
    who.draw();
  };
  const add = (source, words = "") => {
    const same = sources.list.find((one) => one.record_id === source.record_id && one.file_id === source.file_id && one.page === source.page);
    const n = same?.n ?? sources.list.length + 1;
    if (!same) sources.list.push({ ...source, n });
    if (words) text.value = words;
    if (!text.value.includes(`[${n}]`)) {
      text.selectionEnd = text.value.length;
      insert(n);
    }
    draw();
  };
  draw();

  const form = h(
    "form",
    { class: "standard-form" },
    field(t("form.question"), question),
    ways.element,
    field(t("form.text"), text, t("form.text_hint")),
    h("div", { class: "field" }, h("span", { class: "name" }, t("form.sources")), listed, sourceSearch({ api, question: () => question.value, add: (source) => add(source, text.value.trim() ? "" : source.quote) })),
    h("div", { class: "line" }, field(t("form.owner"), owner, t("form.owner_hint")), field(t("form.last_day"), lastDay, t("form.last_day_hint"))),
    who.element,
    h("p", { class: "error", role: "alert" }),
    h("div", { class: "actions-line" }, h("button", { class: "primary" }, submit)),
  );
  const body = () => ({
    question: question.value,
    variants: ways.chosen().filter((way) => way !== question.value),
    text: text.value,
    sources: sources.list.map(({ n, record_id, file_id, page }) => ({ n, record_id, file_id, page })),
    channel_ids: who.chosen(),
    owner: owner.value,
    last_day: lastDay.value || null,
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector(".primary");
    button.disabled = true;
    form.querySelector(".error").textContent = "";
    try {
      await save(body());
    } catch (error) {
      if (!error.code) throw error;
      form.querySelector(".error").textContent = `${error.sentence} ${error.hint}`;
    } finally {
      button.disabled = false;
    }
  });
  const use = (reply) => {
    const { record_id, permalink, channel, text: quote } = reply;
    add({ record_id, file_id: null, page: null, author: reply.person, time: reply.sent_at, quote, channel, permalink }, quote);
    text.focus();
    text.scrollIntoView({ block: "center" });
  };
  return { element: form, use };
}
