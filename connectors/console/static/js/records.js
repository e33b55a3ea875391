// Records of the timeline by day, those of one conversation together.

import { addDays } from "./calendar.js";
import { categoryChips } from "./categories.js";
import { avatar, h, icon } from "./dom.js";
import { language, t } from "./language.js";
import { channelOf, channelTitle, state } from "./store.js";
import { marked } from "./text.js";
import { clock, dayKey, dayName, fullTime, shortDate } from "./time.js";

const OPEN_UP_TO = 3;
const NAMES = 3;

/** Where a record stands in the chat. */
export const placeOf = (channelId, recordId) => `/?${new URLSearchParams({ channel: channelId, message: recordId })}`;

export function channelName(channelId, name) {
  const channel = channelOf(channelId);
  return channel ? `${channel.visibility === "direct" ? "" : "#"}${channelTitle(channel)}` : `#${name}`;
}

/** Text without the marks of code fences, which say nothing in a list. */
export const plainText = (text) => text.replaceAll("```", "").trim();

/** A file in a list: its name, and the page where words were found. */
export function fileLine(file, channelId, recordId) {
  return h("a", { class: "file-name", href: placeOf(channelId, recordId), tabindex: -1 }, icon("file"), file.name, file.page ? ` · ${file.page}` : "");
}

function linkLine(link) {
  const safe = /^https?:\/\//i.test(link.url);
  const words = [icon("link"), h("span", {}, link.label || link.url)];
  return safe ? h("a", { class: "address", href: link.url, target: "_blank", rel: "noopener noreferrer nofollow", title: link.url }, words) : h("span", { class: "address" }, words);
}

/** One record. `words` are marked in its text, `dated` ones show their day; `changed` hears of corrections. */
export function recordEntry(entry, { words = "", showChannel = true, dated = false, changed }) {
  const href = placeOf(entry.channel_id, entry.record_id);
  const text = plainText(entry.text);
  return h(
    "article",
    { class: "entry", data: { record: entry.record_id } },
    h("a", { class: "open", href, "aria-label": `${entry.author}, ${fullTime(entry.time)}: ${text.slice(0, 120)}` }, h("time", { datetime: entry.time, title: fullTime(entry.time) }, dated ? shortDate(entry.time) : clock(entry.time))),
    avatar({ name: entry.author, is_bot: entry.author_id === state.bot.person_id }, { small: true }),
    h("div", { class: "who" }, h("b", {}, entry.author), showChannel ? h("span", {}, channelName(entry.channel_id, entry.channel_name)) : null, categoryChips(entry, changed)),
    h(
      "div",
      { class: "what" },
      text ? h("div", { class: "words" }, marked(text, words)) : null,
      entry.files.map((file) => fileLine(file, entry.channel_id, entry.record_id)),
      entry.links.length ? h("div", { class: "addresses" }, entry.links.map(linkLine)) : null,
    ),
  );
}

/** The list: entries come newest first, page after page. */
export class Records {
  constructor(box, changed) {
    this.box = box;
    this.changed = changed;
    this.clear();
  }

  clear() {
    this.talks = new Map();
    this.day = null;
    this.box.replaceChildren();
  }

  get empty() {
    return !this.box.childElementCount;
  }

  append(entries) {
    const grown = new Set();
    for (const entry of entries) {
      const day = dayKey(entry.time);
      if (day !== this.day) this.box.append(h("h2", { class: "timeline-day" }, dayName(entry.time)));
      this.day = day;
      const key = `${day} ${entry.conversation_id}`;
      let talk = this.talks.get(key);
      if (!talk) {
        talk = { element: h("section", { class: "talk" }), entries: [], open: null };
        this.talks.set(key, talk);
        this.box.append(talk.element);
      }
      talk.entries.unshift(entry);
      grown.add(talk);
    }
    for (const talk of grown) this.draw(talk);
  }

  draw(talk) {
    const { entries } = talk;
    const open = talk.open ?? entries.length <= OPEN_UP_TO;
    talk.element.classList.toggle("several", entries.length > 1);
    const shown = open ? entries : entries.slice(0, 1);
    const rows = shown.map((entry, at) => recordEntry(entry, { showChannel: at === 0, changed: this.changed }));
    talk.element.replaceChildren(...[...rows, entries.length > OPEN_UP_TO ? this.fold(talk, open) : null].filter(Boolean));
  }

  fold(talk, open) {
    const others = talk.entries.slice(1);
    const names = [...new Set(others.map(({ author }) => author))];
    const comma = language() === "zh" ? "、" : ", ";
    const people = names.slice(0, NAMES).join(comma) + (names.length > NAMES ? t("and_others", { n: names.length - NAMES }) : "");
    const click = () => {
      talk.open = !open;
      this.draw(talk);
      talk.element.querySelector(".fold").focus();
    };
    const words = open ? t("fold") : t("n_more_by", { n: others.length, people });
    return h("button", { type: "button", class: "fold", "aria-expanded": String(open), on: { click } }, icon("unfold"), words);
  }
}
