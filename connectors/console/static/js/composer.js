// Where people write: text, files, completion; Enter sends, Shift+Enter makes a line.

import { post } from "./api.js";
import { Attachments } from "./attachments.js";
import { completion } from "./completion.js";
import { h, icon, iconButton } from "./dom.js";
import { language, t } from "./language.js";
import { toast } from "./overlay.js";
import { channelOf, channelTitle, clientId, emit, isDirect, isImported, state } from "./store.js";

const draftKey = (channelId, threadId) => `draft ${state.me?.person_id} ${channelId} ${threadId ?? ""}`;

/** Send a message and show it at once; what fails stays there and can be sent again under the same name. */
export async function sendMessage(list, { channelId, threadId = null, text, uploadIds = [], names = [], id = clientId() }) {
  const command = /^\/[^\s/]+(\s|$)/.test(text);
  const again = () => sendMessage(list, { channelId, threadId, text, uploadIds, names, id });
  const view = {
    record_id: `pending ${id}`, channel_id: channelId, thread_id: threadId, author: state.me, pending: true, sent_at: new Date().toISOString(),
    text: [text, ...names.map((name) => `📎 ${name}`)].filter(Boolean).join("\n"), edited: false, deleted: false, system: false,
    reply_count: 0, files: [], reactions: [], answer: null, verdict: null,
  };
  if (!command) list.pending.set(id, view);
  list.render();
  list.toEnd?.();
  try {
    const { record_id: real } = await post("/api/messages", {
      client_id: id, channel_id: channelId, text, thread_id: threadId, upload_ids: uploadIds, language: language(),
    });
    if (list.has(real)) list.pending.delete(id);
    else if (list.pending.has(id)) view.real = real;
  } catch (error) {
    if (command) {
      toast(error.sentence, error.hint);
      return false;
    }
    const discard = () => {
      list.pending.delete(id);
      list.render();
    };
    list.pending.set(id, { ...view, unsent: `${error.sentence} ${error.hint}`, retry: again, discard });
  }
  list.render();
  return true;
}

function readOnly() {
  const go = h("button", { type: "button", class: "primary", on: { click: () => emit("open", { channel: state.directId }) } }, t("ask_directly", { bot: state.bot.name }));
  return h("div", { class: "composer" }, h("div", { class: "readonly" }, h("span", {}, t("read_only", { bot: state.bot.name })), go));
}

/** The composer of a channel or a thread. */
export function createComposer({ channelId, threadId = null, list }) {
  const channel = channelOf(channelId);
  if (isImported(channel)) return { element: readOnly(), focus() {} };
  const hint = threadId ? t("reply_placeholder") : isDirect(channel) ? t("ask_placeholder", { bot: state.bot.name }) : t("message_placeholder", { channel: channelTitle(channel), bot: state.bot.name });
  const textarea = h("textarea", { rows: 1, placeholder: hint, "aria-label": hint, maxlength: 20000, enterkeyhint: "send" });
  const send = h("button", { type: "button", class: "send", "aria-label": t("send"), title: t("send"), on: { click: () => submit() } }, icon("send"));
  const attachments = new Attachments(() => refresh());
  const { box, key } = completion(textarea);
  const chooser = h("input", { type: "file", multiple: true, hidden: true, "aria-label": t("attach"), on: { change: () => attach(chooser.files) } });
  const attach = (files) => {
    attachments.add([...files]);
    chooser.value = "";
    textarea.focus();
  };
  const mention = h("button", { type: "button", class: "icon", "aria-label": t("mention"), title: t("mention"), on: { click: () => insert("@") } }, "@");
  const tools = [iconButton("clip", t("attach"), () => chooser.click()), mention];
  const row = h("div", { class: "row" }, tools, chooser, h("span", { class: "keys", "aria-hidden": "true" }, t("keys")), send);
  const element = h("div", { class: "composer", role: "form", "aria-label": hint }, box, h("div", { class: "box" }, attachments.element, textarea, row));
  textarea.value = sessionStorage.getItem(draftKey(channelId, threadId)) ?? "";

  function insert(text) {
    const space = textarea.selectionStart && !/\s$/.test(textarea.value.slice(0, textarea.selectionStart)) ? " " : "";
    textarea.setRangeText(space + text, textarea.selectionStart, textarea.selectionEnd, "end");
    textarea.focus();
    textarea.dispatchEvent(new Event("input"));
  }
  function refresh() {
    textarea.style.height = "auto";
    textarea.style.height = `${textarea.scrollHeight}px`;
    send.disabled = attachments.uploading || (!textarea.value.trim() && !attachments.ids.length);
  }
  async function submit() {
    if (send.disabled) return;
    const text = textarea.value.trimEnd();
    const message = { channelId, threadId, text, uploadIds: attachments.ids, names: attachments.names };
    textarea.value = "";
    sessionStorage.removeItem(draftKey(channelId, threadId));
    attachments.clear();
    refresh();
    if (!(await sendMessage(list, message)) && !textarea.value) {
      textarea.value = text;
      refresh();
    }
  }
  textarea.addEventListener("input", () => {
    refresh();
    sessionStorage.setItem(draftKey(channelId, threadId), textarea.value);
  });
  textarea.addEventListener("keydown", (event) => {
    if (key(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !textarea.value && list.editLast()) event.preventDefault();
  });
  textarea.addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) {
      event.preventDefault();
      attach(event.clipboardData.files);
    }
  });
  requestAnimationFrame(refresh);
  return { element, focus: () => textarea.focus({ preventScroll: true }), attach, draft: (text) => ((textarea.value = text), refresh()) };
}
