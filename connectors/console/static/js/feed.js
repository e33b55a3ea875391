// The feed of the open channel: pages of messages, jumping to one, staying at the end.

import { get } from "./api.js";
import { announce, byId, h } from "./dom.js";
import { t } from "./language.js";
import { MessageList } from "./list.js";
import { isMine, messageArticle, repliesButton } from "./message.js";
import { complain } from "./overlay.js";
import { reconcile } from "./reconcile.js";
import { channelOf, isDirect, on, state } from "./store.js";
import { welcome } from "./welcome.js";

const PAGE = 50;
const NEAR = 140;

class Feed extends MessageList {
  constructor() {
    super(byId("entries"), "feed");
    this.box = byId("feed");
    this.stuck = true;
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.box.addEventListener("load", () => this.stay(), true);
    new ResizeObserver(() => this.stay()).observe(this.box);
    byId("latest").addEventListener("click", () => this.open(this.channelId));
    on("grown", () => this.stay());
  }

  clear() {
    super.clear();
    this.inline = new Map();
    this.atStart = false;
    this.atEnd = true;
    this.loading = false;
  }

  standsAlone(ask) {
    return ask.private || ask.thread_id === null;
  }

  has(recordId) {
    return super.has(recordId) || [...this.inline.values()].some((answers) => answers.has(recordId));
  }

  separates(view) {
    return view.reply_count > 0 || this.livesUnder(view.record_id).length > 0;
  }

  livesUnder(root) {
    return [...this.lives.values()].filter(({ ask }) => !this.standsAlone(ask) && ask.thread_id === root);
  }

  /** Show a channel, at its end or around a message; busy until it is there. */
  async open(channelId, around = null) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.box.setAttribute("aria-busy", "true");
    try {
      return await this.read(channelId, around, turn);
    } finally {
      if (turn === this.turn) this.box.removeAttribute("aria-busy");
    }
  }

  /** Answers under way are kept when the channel is the same. */
  async read(channelId, around, turn) {
    if (channelId !== this.channelId) [this.lives, this.pending] = [new Map(), new Map()];
    this.channelId = channelId;
    const arrived = (this.arrived = new Map());
    let data;
    try {
      data = await get("/api/messages", { channel: channelId, around, limit: PAGE });
    } catch (error) {
      if (turn === this.turn) {
        this.arrived = null;
        complain(error);
      }
      return false;
    }
    if (turn !== this.turn) return false;
    const { lives, pending } = this;
    this.clear();
    [this.lives, this.pending] = [lives, pending];
    this.atEnd = around === null;
    this.atStart = !around && data.messages.length < PAGE;
    this.take(data);
    // What came while the page was on its way is newer than what it holds.
    this.arrived = null;
    for (const view of arrived.values()) this.upsert(view);
    this.stuck = this.atEnd;
    this.render();
    if (this.stuck) this.toEnd();
    else await this.newer();
    return true;
  }

  take(data) {
    for (const view of data.messages) this.views.set(view.record_id, view);
    for (const [root, answers] of Object.entries(data.inline)) {
      for (const view of answers) this.under(root).set(view.record_id, view);
    }
    for (const view of [...this.views.values(), ...[...this.inline.values()].flatMap((answers) => [...answers.values()])]) this.settle(view);
  }

  under(root) {
    if (!this.inline.has(root)) this.inline.set(root, new Map());
    return this.inline.get(root);
  }

  async older() {
    const [first] = this.sorted();
    if (this.loading || this.atStart || !first?.view) return;
    await this.more({ before: first.view.record_id }, (fresh) => {
      this.atStart = fresh.length === 0;
    });
  }

  /** The API pages forward by asking for what is around the newest message shown. */
  async newer() {
    const last = this.sorted().filter(({ view }) => view && !view.pending).at(-1);
    if (this.loading || this.atEnd || !last) return;
    await this.more({ around: last.view.record_id }, (fresh) => {
      const time = new Date(last.view.sent_at);
      this.atEnd = !fresh.some((view) => new Date(view.sent_at) > time);
    });
  }

  async more(query, then) {
    this.loading = true;
    const channelId = this.channelId;
    try {
      const data = await get("/api/messages", { channel: channelId, limit: PAGE, ...query });
      if (channelId !== this.channelId) return;
      const fresh = data.messages.filter((view) => !this.views.has(view.record_id));
      const fromEnd = this.box.scrollHeight - this.box.scrollTop;
      this.take(data);
      then(fresh);
      this.render();
      if (query.before) this.box.scrollTop = this.box.scrollHeight - fromEnd;
    } catch (error) {
      complain(error);
    } finally {
      this.loading = false;
    }
  }

  scrolled() {
    const left = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight;
    this.stuck = this.atEnd && left < NEAR;
    byId("latest").hidden = this.atEnd && left < 700;
    if (this.box.scrollTop < 300) this.older();
    if (left < 300) this.newer();
  }

  stay() {
    if (this.stuck) this.box.scrollTop = this.box.scrollHeight;
  }

  toEnd() {
    this.stuck = true;
    this.stay();
    byId("latest").hidden = true;
  }

  render() {
    super.render();
    for (const item of this.element.querySelectorAll(":scope > .entry-item")) {
      const view = this.views.get(item.firstChild.dataset.record);
      if (view) reconcile(item.lastChild, this.inlineItems(view));
    }
    const empty = !this.views.size && !this.pending.size && !this.lives.size;
    const channel = channelOf(this.channelId);
    if (channel && (empty || isDirect(channel)) && (this.atStart || empty)) this.element.prepend(this.greeting(channel));
    else this.element.querySelector(".welcome-item")?.remove();
    this.stay();
  }

  greeting(channel) {
    this.element.querySelector(".welcome-item")?.remove();
    return h("li", { class: "welcome-item" }, welcome(channel));
  }

  inlineItems(view) {
    const answers = [...(this.inline.get(view.record_id)?.values() ?? [])].filter((answer) => !answer.deleted);
    const items = answers.map((answer) => ({
      key: answer.record_id,
      signature: JSON.stringify([answer, document.documentElement.lang]),
      build: () => messageArticle(answer, { context: "feed" }),
    }));
    for (const live of this.livesUnder(view.record_id)) {
      items.push({ key: `ask:${live.ask.ask_id}`, signature: "", build: (old) => old ?? this.liveEntry(live, "div") });
    }
    if (view.reply_count > answers.length) {
      items.push({ key: "replies", signature: `${view.reply_count} ${document.documentElement.lang}`, build: () => repliesButton(view) });
    }
    return items;
  }

  /** A message of the open channel appeared or changed. */
  upsert(view) {
    this.arrived?.set(view.record_id, view);
    if (view.thread_id !== null) {
      const channel = channelOf(view.channel_id);
      // An answer that is ready at once, as standard answers are, may be here before the message that asks.
      if (!view.author.is_bot || isDirect(channel)) return;
      if (view.answer && this.views.has(view.thread_id) && !this.has(view.record_id)) announce(view.text);
      this.under(view.thread_id).set(view.record_id, view);
    } else if (this.views.has(view.record_id) || this.belongs(view)) {
      if (!this.views.has(view.record_id) && !isMine(view)) announce(`${view.author.name}: ${view.text}`);
      this.views.set(view.record_id, view);
    }
    this.echo(view);
    this.settle(view);
    this.render();
  }

  /** New messages go to the end, unless the end is not loaded; old ones that are not loaded stay away. */
  belongs(view) {
    const [first] = this.sorted();
    return this.atEnd && (!first?.view || this.atStart || new Date(view.sent_at) >= new Date(first.view.sent_at));
  }

  removed(recordId) {
    this.views.delete(recordId);
    this.arrived?.delete(recordId);
    for (const answers of this.inline.values()) answers.delete(recordId);
    this.render();
  }

  /** Scroll to a message and let it flash; false when it is not here. */
  highlight(recordId) {
    const article = this.box.querySelector(`.message[data-record="${CSS.escape(recordId)}"]`);
    if (!article) return false;
    this.stuck = false;
    article.scrollIntoView({ block: "center" });
    article.classList.remove("flash");
    void article.offsetWidth;
    article.classList.add("flash");
    article.focus({ preventScroll: true });
    return true;
  }
}

let feed = null;

/** The one feed of the page. */
export function theFeed() {
  feed ??= new Feed();
  return feed;
}

on("edit", ({ view, context }) => context === "feed" && view.channel_id === state.channelId && theFeed().edit(view));

/** How many messages a channel holds. */
export const messageCount = (channel) => (channel.message_count === 1 ? t("one_message") : t("n_messages", { n: channel.message_count }));
