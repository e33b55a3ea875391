// One message: who, when, what, and what can be done with it.

import { patch, put, remove } from "./api.js";
import { answerBox } from "./answer.js";
import { avatar, h, icon, iconButton } from "./dom.js";
import { glyph } from "./emoji.js";
import { fileCard } from "./files.js";
import { language, t } from "./language.js";
import { complain, confirmed, pickEmoji, toast } from "./overlay.js";
import { channelOf, emit, isImported, state } from "./store.js";
import { formatted } from "./text.js";
import { clock, fullTime } from "./time.js";

export const isMine = (view) => view.author.person_id === state.me?.person_id;

/** The address of a message, as in citations. */
export function permalink(view) {
  return `/?${new URLSearchParams({ channel: view.channel_id, message: view.record_id })}`;
}

function head(view) {
  const when = h("time", { datetime: view.sent_at, title: fullTime(view.sent_at) }, h("a", { href: permalink(view), data: { jump: view.record_id } }, clock(view.sent_at)));
  const tag = view.author.is_bot ? h("span", { class: "tag" }, t("bot")) : null;
  return h("div", { class: "head" }, h("span", { class: "author" }, view.author.name), tag, when, view.edited ? h("span", { class: "edited" }, t("edited")) : null);
}

async function react(view, emoji) {
  const mine = view.reactions.find((reaction) => reaction.emoji === emoji)?.person_ids.includes(state.me.person_id);
  await put("/api/reactions", { record_id: view.record_id, emoji, present: !mine }).catch(complain);
}

function reactions(view, writable) {
  if (!view.reactions.length) return null;
  const nameOf = (id) => state.people.find((person) => person.person_id === id)?.name ?? t("somebody");
  const buttons = view.reactions.map(({ emoji, person_ids: ids }) => {
    const names = ids.map(nameOf).join(", ");
    const more = { "aria-pressed": String(ids.includes(state.me.person_id)), "aria-label": `${emoji}: ${names}`, title: names, disabled: !writable };
    return h("button", { type: "button", class: "reaction", ...more, on: { click: () => react(view, emoji) } }, glyph(emoji), h("span", {}, String(ids.length)));
  });
  return h("div", { class: "reactions" }, buttons);
}

async function copyLink(view) {
  try {
    await navigator.clipboard.writeText(new URL(permalink(view), location.href).href);
    toast(t("link_copied"));
  } catch {
    toast(t("link_not_copied"), permalink(view));
  }
}

async function deleteMessage(view) {
  if (!(await confirmed(t("delete_title"), t("delete_text"), t("delete")))) return;
  await remove("/api/messages", { id: view.record_id }).catch(complain);
}

function tools(view, { writable, context }) {
  const buttons = [];
  if (writable) {
    const picker = iconButton("smile", t("react"), () => pickEmoji(picker, (name) => react(view, name)), { data: { tool: "react" } });
    buttons.push(picker);
  }
  if (context === "feed") {
    buttons.push(iconButton("reply", t("reply_in_thread"), () => emit("thread", { root: view.thread_id ?? view.record_id }), { data: { tool: "thread" } }));
  }
  if (isMine(view) && writable) {
    buttons.push(iconButton("edit", t("edit"), () => emit("edit", { view, context }), { data: { tool: "edit" } }));
    buttons.push(iconButton("trash", t("delete"), () => deleteMessage(view), { data: { tool: "delete" } }));
  }
  buttons.push(iconButton("link", t("copy_link"), () => copyLink(view), { data: { tool: "link" } }));
  return h("div", { class: "tools", role: "group", "aria-label": t("tools") }, buttons);
}

function editForm(view, done) {
  const box = h("textarea", { rows: Math.min(10, view.text.split("\n").length + 1), "aria-label": t("edit"), value: view.text, maxlength: 20000 });
  const save = async () => {
    if (box.value.trim() && box.value.trim() !== view.text) {
      try {
        await patch("/api/messages", { record_id: view.record_id, text: box.value, language: language() });
      } catch (error) {
        complain(error);
        return;
      }
    }
    done();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      done();
    }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      save();
    }
  });
  setTimeout(() => {
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });
  const actions = h("div", { class: "actions" }, h("button", { type: "button", class: "primary", on: { click: save } }, t("save")), h("button", { type: "button", class: "quiet", on: { click: done } }, t("cancel")));
  return h("div", { class: "edit" }, box, actions);
}

/** The article of a message. `editing` is a function that ends the editing, when it is being edited. */
export function messageArticle(view, { compact = false, context = "feed", editing = null } = {}) {
  const writable = !isImported(channelOf(view.channel_id)) && !view.system;
  let body;
  if (view.deleted) body = h("p", { class: "gone" }, t("message_deleted"));
  else if (editing) body = editForm(view, editing);
  else if (view.answer) body = answerBox(view.answer, view.verdict, { writable });
  else body = h("div", { class: "text" }, formatted(view.text));
  const files = view.files.length ? h("div", { class: "files" }, view.files.map((file) => fileCard(file, view.record_id))) : null;
  const classes = ["message", compact && "compact", view.system && "system", view.pending && "pending"].filter(Boolean).join(" ");
  const gutter = compact ? h("span", { class: "gutter", "aria-hidden": "true" }, clock(view.sent_at)) : avatar(view.author);
  return h(
    "article",
    { class: classes, tabindex: -1, data: { record: view.record_id }, "aria-label": `${view.author.name}, ${clock(view.sent_at)}` },
    gutter,
    h("div", { class: "content" }, compact ? null : head(view), body, compact && view.edited ? h("span", { class: "edited" }, t("edited")) : null, files, reactions(view, writable), view.unsent ? unsent(view) : null),
    view.deleted || view.pending || editing ? null : tools(view, { writable, context }),
  );
}

function unsent(view) {
  return h(
    "div",
    { class: "unsent", role: "alert" },
    h("span", {}, view.unsent),
    h("button", { type: "button", class: "link", on: { click: view.retry } }, t("retry")),
    h("button", { type: "button", class: "link", on: { click: view.discard } }, t("discard")),
  );
}

/** The line that leads into a thread. */
export function repliesButton(view) {
  return h(
    "button",
    { type: "button", class: "replies", on: { click: () => emit("thread", { root: view.record_id }) } },
    icon("reply"),
    t(view.reply_count === 1 ? "one_reply" : "n_replies", { n: view.reply_count }),
  );
}
