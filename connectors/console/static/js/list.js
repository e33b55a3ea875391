// What feed and thread have in common: messages, messages on their way, and answers being made.

import { LiveAnswer } from "./answer.js";
import { avatar, h, icon } from "./dom.js";
import { language, t } from "./language.js";
import { isMine, messageArticle } from "./message.js";
import { reconcile } from "./reconcile.js";
import { state } from "./store.js";
import { clock, dayKey, dayName } from "./time.js";

const TOGETHER_MS = 5 * 60 * 1000;

export class MessageList {
  constructor(element, context) {
    this.element = element;
    this.context = context;
    this.clear();
  }

  clear() {
    this.views = new Map();
    this.pending = new Map();
    this.lives = new Map();
    this.editing = null;
  }

  /** Whether an answer under way stands in the list itself, not under a message. */
  standsAlone() {
    return true;
  }

  sorted() {
    const views = [...this.views.values()].map((view) => ({ time: view.sent_at, order: 0, view }));
    const lives = [...this.lives.values()].filter(({ ask }) => this.standsAlone(ask)).map((live) => ({ time: live.ask.asked_at, order: 1, live }));
    const ordered = [...views, ...lives].sort((a, b) => new Date(a.time) - new Date(b.time) || a.order - b.order);
    return [...ordered, ...[...this.pending.values()].map((view) => ({ time: view.sent_at, view }))];
  }

  items() {
    const items = [];
    let before = null;
    for (const { time, view, live } of this.sorted()) {
      if (!before || dayKey(before.time) !== dayKey(time)) {
        const key = dayKey(time);
        items.push({ key: `day:${key}`, signature: language() + dayName(time), build: () => h("li", { class: "day" }, dayName(time)) });
        before = null;
      }
      if (live) items.push(this.liveItem(live));
      else items.push(this.messageItem(view, before?.view));
      before = { time, view };
    }
    return items;
  }

  messageItem(view, before) {
    const near = before && new Date(view.sent_at) - new Date(before.sent_at) < TOGETHER_MS;
    const compact = Boolean(near && before.author.person_id === view.author.person_id && !before.system && !view.system && !this.separates(before));
    const edited = this.editing === view.record_id;
    const signature = JSON.stringify([view, compact, edited, language(), state.me?.person_id, state.people.length]);
    return { key: view.record_id, signature: edited ? `editing ${view.record_id}` : signature, build: (old) => this.entry(old, view, compact, edited) };
  }

  /** Whether something stands under this message, so that the next needs its head again. */
  separates() {
    return false;
  }

  entry(old, view, compact, edited) {
    const editing = edited ? () => this.edit(null) : null;
    const article = messageArticle(view, { compact, context: this.context, editing });
    if (!old) return h("li", { class: "entry-item" }, article, h("div", { class: "inline" }));
    const focused = old.firstChild.contains(document.activeElement);
    old.firstChild.replaceWith(article);
    if (focused && !edited) article.focus({ preventScroll: true });
    return old;
  }

  liveItem(live) {
    return { key: `ask:${live.ask.ask_id}`, signature: language(), build: (old) => old ?? this.liveEntry(live, "li") };
  }

  liveEntry(live, tag) {
    const { ask } = live;
    const dismiss = h("button", { type: "button", class: "link", on: { click: () => this.drop(ask.ask_id) } }, t("dismiss"));
    const only = ask.private ? [h("div", { class: "only-you" }, icon("eye"), t("only_you"), dismiss), h("div", { class: "asked" }, ask.question)] : [];
    const head = h("div", { class: "head" }, h("span", { class: "author" }, state.bot.name), h("span", { class: "tag" }, t("bot")), h("time", {}, clock(ask.asked_at)));
    return h(tag, {}, h("article", { class: "message", tabindex: -1 }, avatar(state.bot), h("div", { class: "content" }, head, only, live.element)));
  }

  render() {
    reconcile(this.element, this.items());
  }

  drop(askId) {
    this.lives.delete(askId);
    this.render();
  }

  edit(view) {
    this.editing = view?.record_id ?? null;
    this.render();
  }

  editLast() {
    const mine = this.sorted().filter(({ view }) => view && isMine(view) && !view.deleted && !view.pending);
    const last = mine.at(-1)?.view;
    if (last) this.edit(last);
    return Boolean(last);
  }

  /** Begin to show an answer that is being made. */
  begin(ask) {
    if (!this.lives.has(ask.ask_id)) this.lives.set(ask.ask_id, new LiveAnswer(ask));
  }

  /** The next event of an answer; what ended and was posted gives way to the message. */
  step(event) {
    const live = this.lives.get(event.ask_id);
    if (!live) return;
    live.recordId = event.record_id ?? live.recordId;
    if (live.apply(event) && live.recordId && this.has(live.recordId)) this.drop(event.ask_id);
  }

  has(recordId) {
    return this.views.has(recordId);
  }

  /** The message of an answer arrived: the stream before it has served. */
  settle(view) {
    for (const [askId, live] of this.lives) {
      const sameWords = view.answer && live.ask.question === view.answer.question && live.ask.thread_id === view.thread_id;
      if (live.recordId === view.record_id || (sameWords && !live.ask.private)) this.lives.delete(askId);
    }
  }

  /** My message came back from the server: its echo goes. */
  echo(view) {
    if (!isMine(view)) return;
    for (const [clientId, waiting] of this.pending) {
      if (waiting.real === view.record_id || (!waiting.real && waiting.text === view.text)) {
        this.pending.delete(clientId);
        return;
      }
    }
  }
}
