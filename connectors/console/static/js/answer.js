// An answer: the text with its citation marks, the numbered sources, and the verdict.

import { post, remove } from "./api.js";
import { announce, h, icon } from "./dom.js";
import { cardBox } from "./card.js";
import { openFile } from "./files.js";
import { t } from "./language.js";
import { complain, toast } from "./overlay.js";
import { emit, state } from "./store.js";
import { formatted } from "./text.js";
import { fullTime, shortDate } from "./time.js";
import { verdictLine } from "./verdict.js";

/** Go to what a citation names: the page of the file, or the message in its channel. */
export function follow(citation) {
  if (citation.file_id) openFile(citation.file_id, { page: citation.page, quote: citation.quote, recordId: citation.record_id });
  else emit("jump", citation.record_id);
}

/** The same, and the operators' figures know that somebody looked; nothing depends on it. */
function followFrom(answer) {
  return (citation) => {
    post("/api/signs", { answer_id: answer.answer_id, record_id: citation.record_id }).catch(() => {});
    follow(citation);
  };
}

function source(citation, onCite) {
  const page = citation.page ? (/^\d+$/.test(citation.page) ? t("page_n", { n: citation.page }) : citation.page) : null;
  const place = citation.file_name ? [citation.file_name, page] : [`#${citation.channel_name}`];
  const rest = [...place, shortDate(citation.time)].filter(Boolean).join(" · ");
  return h(
    "li",
    {},
    h(
      "button",
      { type: "button", class: "source", data: { n: citation.n, record: citation.record_id }, on: { click: () => onCite(citation) } },
      h("span", { class: "n" }, String(citation.n)),
      h("span", { class: "where", title: fullTime(citation.time) }, h("b", {}, citation.author), ` · ${rest}`),
      h("span", { class: "quote" }, citation.quote),
      citation.outdated_by ? h("span", { class: "tag" }, t("source_outdated")) : null,
    ),
  );
}

/** The numbered list; hovering a mark in the text lights its row. Folded when the text itself is a list of them. */
function sourceList(citations, { folded = false, onCite = follow } = {}) {
  const title = t("sources_n", { n: citations.length });
  const list = h("ol", {}, citations.map((citation) => source(citation, onCite)));
  if (folded) return h("details", { class: "sources" }, h("summary", {}, title), list);
  return h("section", { class: "sources", "aria-label": t("sources") }, h("h3", {}, title), list);
}

function lightUp(box) {
  const toggle = (event) => {
    const n = event.target.closest?.(".cite")?.dataset.n;
    if (n) box.querySelector(`.source[data-n="${n}"]`)?.classList.toggle("lit", event.type === "mouseover");
  };
  box.addEventListener("mouseover", toggle);
  box.addEventListener("mouseout", toggle);
  return box;
}

/** What was perhaps meant: one tap gives its verified answer, as the next message. */
function meantLine(answer) {
  const give = async () => {
    button.disabled = true;
    try {
      const { is_new: isNew, notice } = await post("/api/meant", { answer_id: answer.answer_id });
      if (notice) toast(notice.sentence, notice.hint);
      else if (!isNew) toast(t("meant_there"));
    } catch (error) {
      if (error.code === "not_found" || error.code === "answer_withdrawn") toast(t("meant_gone"));
      else complain(error);
    } finally {
      button.disabled = false;
    }
  };
  const button = h("button", { type: "button", class: "link meant", title: t("meant_hint"), on: { click: give } }, t("meant", { question: answer.meant }));
  return h("p", {}, button);
}

/** A finished answer; one that only the asker sees stands `alone`, and one of a channel that is only read is not `writable`. */
export function answerBox(answer, verdict, { alone = false, writable = true } = {}) {
  const digest = answer.reason === "digest";
  const onCite = digest ? follow : followFrom(answer);
  const text = h("div", { class: "text" }, formatted(answer.text, { citations: answer.citations, onCite }));
  const sources = answer.citations.length ? sourceList(answer.citations, { folded: digest, onCite }) : null;
  const judged = !digest && (answer.model || sources) ? verdictLine(answer, verdict, { alone }) : null; // help and the like are not judged
  const meant = answer.meant && writable && !alone ? meantLine(answer) : null;
  return lightUp(h("div", { class: `answer${answer.abstained ? " abstained" : ""}` }, text, sources, meant, judged));
}

/** Why there is no answer. */
export function noticeBox(notice) {
  return h("div", { class: "answer notice" }, h("div", { class: "text" }, notice.sentence), h("p", { class: "hint" }, `${notice.hint} `, h("code", {}, notice.code)));
}

/** An answer while it is made: what happens now, the sources, then the words. Events of the socket are fed to `apply`. */
export class LiveAnswer {
  constructor(ask) {
    this.ask = ask;
    this.phase = "started";
    this.textNode = h("div", { class: "text" });
    this.statusText = h("span", {}, ask.status || t("thinking"));
    this.sources = h("div", {});
    const mine = ask.person_id === state.me.person_id;
    const stop = mine ? h("button", { type: "button", class: "stop", on: { click: () => this.stop() } }, icon("stop"), t("stop")) : null;
    this.status = h("div", { class: "status" }, h("span", { class: "pulse", "aria-hidden": "true" }), this.statusText, stop);
    this.element = h("div", { class: "answer streaming", "aria-busy": "true", data: { ask: ask.ask_id } }, this.status, this.sources, this.textNode);
    this.streamed = ask.text;
    if (ask.card) this.end({ phase: "card", card: ask.card });
    if (ask.citations.length) this.showSources(ask.citations);
    this.drawText();
  }

  async stop() {
    try {
      await remove("/api/asks", { id: this.ask.ask_id });
    } catch (error) {
      if (error.code !== "not_found") complain(error);
    }
  }

  showSources(citations) {
    this.ask.citations = citations;
    this.sources.replaceChildren(sourceList(citations));
  }

  drawText() {
    if (!this.streamed || this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      if (this.phase !== "started") return;
      this.textNode.replaceChildren(...formatted(this.streamed, { citations: this.ask.citations, onCite: follow }));
      emit("grown");
    });
  }

  /** Returns true when nothing more will come. */
  apply(event) {
    if (event.phase === "status") {
      this.statusText.textContent = event.status;
      announce(event.status);
    } else if (event.phase === "sources") this.showSources(event.citations);
    else if (event.phase === "delta") {
      this.streamed += event.delta;
      this.drawText();
    } else if (["finished", "failed", "stopped", "card"].includes(event.phase)) {
      this.end(event);
      return true;
    }
    emit("grown");
    return false;
  }

  end(event) {
    this.phase = event.phase;
    const box =
      event.phase === "finished" ? answerBox(event.answer, null, { alone: this.ask.private })
      : event.phase === "failed" ? noticeBox(event.notice)
      : event.phase === "card" ? cardBox(event.card, this.ask.person_id)
      : h("div", { class: "answer notice" }, h("p", { class: "hint" }, t(event.reason === "deleted" ? "stopped_deleted" : "stopped")));
    this.element.replaceWith(box);
    this.element = box;
    announce(event.phase === "finished" ? event.answer.text : event.notice?.sentence ?? event.card?.text ?? t("stopped"));
    emit("grown");
  }
}
