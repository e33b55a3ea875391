// The thread beside the feed.

import { get } from "./api.js";
import { h } from "./dom.js";
import { createComposer } from "./composer.js";
import { t } from "./language.js";
import { MessageList } from "./list.js";
import { complain } from "./overlay.js";
import { openPanel } from "./panel.js";
import { channelOf, channelTitle, on } from "./store.js";

class Thread extends MessageList {
  constructor(root, channelId, element) {
    super(element, "thread");
    this.root = root;
    this.channelId = channelId;
  }

  standsAlone(ask) {
    return ask.thread_id === this.root;
  }

  upsert(view) {
    if (view.thread_id !== this.root && view.record_id !== this.root) return;
    this.views.set(view.record_id, view);
    this.echo(view);
    this.settle(view);
    this.render();
    this.scrollBox.scrollTop = this.scrollBox.scrollHeight;
  }

  removed(recordId) {
    if (this.views.delete(recordId)) this.render();
  }

  async load() {
    const { messages } = await get("/api/thread", { root: this.root });
    this.views = new Map(messages.map((view) => [view.record_id, view]));
    for (const view of messages) this.settle(view);
    this.render();
    return messages;
  }

  begin(ask) {
    if (ask.thread_id === this.root) super.begin(ask);
  }
}

let open = null;

/** The thread in the panel, or null. */
export const theThread = () => open;

/** Open a thread; `asks` are answers under way, `highlight` is a reply to show. */
export async function openThread(root, { asks = [], highlight = null } = {}) {
  let messages;
  const list = h("ol", { class: "entries", "aria-label": t("thread") });
  const thread = new Thread(root, null, list);
  for (const ask of asks) thread.begin(ask);
  try {
    messages = await thread.load();
  } catch (error) {
    complain(error);
    return;
  }
  thread.channelId = messages[0].channel_id;
  const channel = channelOf(thread.channelId);
  const composer = createComposer({ channelId: thread.channelId, threadId: root, list: thread });
  thread.scrollBox = openPanel(`${t("thread")} · ${channelTitle(channel)}`, list, {
    footer: composer.element,
    closed: () => {
      if (open === thread) open = null;
    },
  });
  open = thread;
  thread.render();
  const article = highlight && list.querySelector(`[data-record="${CSS.escape(highlight)}"]`);
  if (article) {
    article.scrollIntoView({ block: "center" });
    article.classList.add("flash");
  } else {
    thread.scrollBox.scrollTop = thread.scrollBox.scrollHeight;
    composer.focus();
  }
}

on("edit", ({ view, context }) => context === "thread" && open?.edit(view));
on("grown", () => open && (open.scrollBox.scrollTop = open.scrollBox.scrollHeight));
