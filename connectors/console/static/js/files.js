// Files under messages, and the panel that shows a file's text by page.

import { address, get } from "./api.js";
import { h, icon } from "./dom.js";
import { t } from "./language.js";
import { complain } from "./overlay.js";
import { openPanel } from "./panel.js";
import { emit } from "./store.js";
import { fileSize, shortDate } from "./time.js";

const SAFE_PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

const extension = (name) => (name.includes(".") ? name.split(".").pop() : "").slice(0, 4).toUpperCase();
const bytesAddress = (fileId, inline) => address("/api/file/bytes", { id: fileId, inline: inline ? "1" : "" }).href;

/** The small card of a file; pictures of safe kinds are shown. */
export function fileCard(file, recordId) {
  const open = () => openFile(file.file_id, { recordId });
  if (file.has_bytes && SAFE_PICTURES.has(file.media_type)) {
    const image = h("img", { src: bytesAddress(file.file_id, true), alt: file.name, loading: "lazy" });
    return h("button", { type: "button", class: "picture", "aria-label": t("open_file", { name: file.name }), on: { click: open } }, image);
  }
  const reading = { pending: t("file_pending"), read: "", failed: t("file_failed", { why: why(file.reason) }) }[file.status];
  const facts = [fileSize(file.size_bytes), reading].filter(Boolean).join(" · ");
  return h(
    "button",
    { type: "button", class: "file", "aria-label": t("open_file", { name: file.name }), on: { click: open } },
    h("span", { class: "kind", "aria-hidden": "true" }, extension(file.name) || icon("file")),
    h("span", { class: "about" }, h("strong", {}, file.name), h("small", {}, facts)),
  );
}

/** Open a file beside the chat; `page` is the label that a citation names, `quote` the words it cites. */
export async function openFile(fileId, { page = null, quote = "", recordId = null } = {}) {
  let file;
  try {
    file = await get("/api/file", { id: fileId });
  } catch (error) {
    return complain(error);
  }
  const facts = h("div", { class: "file-facts" });
  if (file.has_bytes) {
    facts.append(h("a", { class: "quiet", href: bytesAddress(fileId, false), download: file.name }, icon("download"), t("download")));
  }
  if (recordId) facts.append(h("button", { type: "button", class: "quiet", on: { click: () => emit("jump", recordId) } }, icon("chat"), t("show_message")));
  for (const place of file.also_in) facts.append(otherPlace(place));
  const body = h("div", { class: "file-body" }, facts);
  if (file.picture && file.has_bytes) body.append(h("img", { src: bytesAddress(fileId, true), alt: file.name }));
  const cited = citedPage(file.pages, page, quote);
  const sections = file.pages.map(({ label, text }, place) => pageSection(label, text, place === cited, quote));
  body.append(...sections);
  if (file.cut) body.append(h("p", { class: "empty" }, t("file_cut")));
  if (!sections.length) body.append(h("p", { class: "empty" }, file.reason ? t("file_failed", { why: why(file.reason) }) : t("file_no_text")));
  else if (file.reason) facts.after(h("p", { class: "empty" }, t("file_in_part", { why: why(file.reason) })));
  openPanel(file.name, body);
  body.querySelector(".cited")?.scrollIntoView({ block: "start" });
  return undefined;
}

/** Why a file could not be read, in the reader's language; a code that has no sentence is shown itself. */
function why(reason) {
  const sentence = t(`why_${reason}`);
  return sentence.startsWith("why_") ? (reason ?? "") : sentence;
}

/** Another message that shared the same bytes. */
function otherPlace({ record_id: recordId, channel, time }) {
  const name = `${t("file_also_in")} #${channel} · ${shortDate(time)}`;
  return h("button", { type: "button", class: "quiet", on: { click: () => emit("jump", recordId) } }, icon("chat"), name);
}

/** The place of the page that is meant: the one of this label, else the first that holds the quoted words. */
function citedPage(pages, label, quote) {
  const place = label === null ? -1 : pages.findIndex((page) => page.label === String(label));
  const words = withoutSpace(quote).slice(0, 80);
  return place < 0 && words ? pages.findIndex((page) => withoutSpace(page.text).includes(words)) : place;
}

const withoutSpace = (text) => text.replace(/\s+/g, "");

function pageSection(label, text, cited, quote) {
  const title = /^\d+$/.test(label) ? t("page_n", { n: label }) : label;
  const content = h("div", { class: "content" });
  const lines = text.split("\n");
  const place = cited && quote ? text.indexOf(quote) : -1;
  if (lines.filter((line) => line.includes("\t")).length > lines.length / 2) content.append(table(lines));
  else if (place >= 0) content.append(text.slice(0, place), h("mark", {}, quote), text.slice(place + quote.length));
  else content.append(text);
  return h("section", { class: `page${cited ? " cited" : ""}`, "aria-label": title || null }, title ? h("h3", {}, title) : null, content);
}

function table(lines) {
  const rows = lines.map((line) => h("tr", {}, line.split("\t").map((cell) => h("td", {}, cell))));
  return h("table", {}, h("tbody", {}, rows));
}
