// Message text as nodes: links, code, mentions, citation marks. Everything else stays the text it is.

import { h } from "./dom.js";
import { t } from "./language.js";
import { state } from "./store.js";

const FENCE = /```(?:[\w+-]*\n)?([\s\S]*?)```/g;
const PIECES = /(`[^`\n]+`)|(https?:\/\/[^\s<>"'`，。；！？、（）【】《》]+)|(\[\d{1,2}\])|(@[^\s@]+)/g;

/** Split by a pattern and turn hits and the text between them into nodes. */
function split(text, pattern, hit, between) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > last) nodes.push(...between(text.slice(last, match.index)));
    nodes.push(...hit(match));
    last = match.index + match[0].length;
  }
  if (last < text.length) nodes.push(...between(text.slice(last)));
  return nodes;
}

function link(found) {
  let address = found.replace(/[.,;:!?]+$/, "");
  if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
  const rest = found.slice(address.length);
  let url;
  try {
    url = new URL(address);
  } catch {
    return [found];
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return [found];
  return [h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, address), rest];
}

function mention(found) {
  const names = [state.bot, ...state.people].filter(Boolean).sort((a, b) => b.name.length - a.name.length);
  const rest = found.input.slice(found.index + 1);
  for (const person of names) {
    if (!rest.toLowerCase().startsWith(person.name.toLowerCase())) continue;
    const mine = person.person_id === state.me?.person_id ? " me" : "";
    return { node: h("span", { class: `mention${mine}` }, `@${rest.slice(0, person.name.length)}`), length: person.name.length + 1 };
  }
  return null;
}

function plain(text, citations, onCite) {
  const nodes = [];
  let last = 0;
  PIECES.lastIndex = 0;
  for (let match = PIECES.exec(text); match; match = PIECES.exec(text)) {
    const [whole, code, url, mark, at] = match;
    let made = null;
    let length = whole.length;
    if (code) made = [h("code", {}, code.slice(1, -1))];
    else if (url) made = link(url);
    else if (mark) {
      const citation = citations?.find(({ n }) => `[${n}]` === mark);
      if (citation) made = [citeButton(citation, onCite)];
    } else if (at) {
      const found = mention(match);
      if (found) [made, length] = [[found.node], found.length];
    }
    if (!made) continue;
    nodes.push(text.slice(last, match.index), ...made);
    last = match.index + length;
    PIECES.lastIndex = last;
  }
  nodes.push(text.slice(last));
  return nodes.filter((node) => node !== "");
}

function citeButton(citation, onCite) {
  const label = t("source_n", { n: citation.n, author: citation.author, channel: citation.channel_name });
  return h(
    "button",
    { type: "button", class: "cite", data: { n: citation.n }, "aria-label": label, title: citation.quote, on: { click: () => onCite(citation) } },
    String(citation.n),
  );
}

/** The nodes of a text. With `citations`, `[n]` becomes a button that calls `onCite`. */
export function formatted(text, { citations = null, onCite = null } = {}) {
  return split(
    text,
    FENCE,
    ([, code]) => [h("pre", { tabindex: 0 }, h("code", {}, code.replace(/\n$/, "")))],
    (between) => plain(between.replace(/^\n(?=.)/, ""), citations, onCite),
  );
}

/** A text with the searched words marked. */
export function marked(text, words) {
  if (!words) return [text];
  const escaped = words.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return split(text, new RegExp(escaped.join("|"), "gi"), ([found]) => [h("mark", {}, found)], (between) => [between]);
}
