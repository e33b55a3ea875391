// The channels at the side: those of the console, the direct chat, and imported ones.

import { post } from "./api.js";
import { byId, h, icon, iconButton } from "./dom.js";
import { t } from "./language.js";
import { complain, openDialog } from "./overlay.js";
import { channelTitle, clientId, emit, isDirect, isImported, state } from "./store.js";

const SOURCES = { slack: "Slack", wecom: "企业微信" };

function mark(channel) {
  if (isDirect(channel)) return h("img", { src: "/console/icon.svg", alt: "", width: 18, height: 18 });
  return channel.visibility === "private" ? icon("lock") : "#";
}

function row(channel) {
  const unread = state.unread.has(channel.channel_id);
  const open = () => emit("open", { channel: channel.channel_id });
  return h(
    "li",
    {},
    h(
      "button",
      {
        type: "button", class: `channel${unread ? " unread" : ""}`, data: { channel: channel.channel_id },
        "aria-current": channel.channel_id === state.channelId ? "page" : null, on: { click: open },
      },
      h("span", { class: "mark", "aria-hidden": "true" }, mark(channel)),
      h("span", { class: "name" }, channelTitle(channel)),
      channel.visibility === "private" ? h("span", { class: "unseen" }, t("private")) : null,
      isImported(channel) ? h("span", { class: "platform" }, SOURCES[channel.platform] ?? channel.platform) : null,
      unread ? [h("span", { class: "dot", "aria-hidden": "true" }), h("span", { class: "unseen" }, t("unread"))] : null,
    ),
  );
}

function section(title, channels, button = null) {
  if (!channels.length && !button) return null;
  return h("section", { "aria-label": title }, h("h2", {}, h("span", {}, title), button), h("ul", {}, channels.map(row)));
}

/** Draw the list anew. */
export function drawChannels() {
  const own = state.channels.filter((channel) => !isImported(channel));
  const direct = own.filter((channel) => isDirect(channel) && channel.channel_id === state.directId);
  const add = iconButton("plus", t("create_channel"), createChannel, { id: "create-channel" });
  const box = byId("channels");
  const focused = document.activeElement?.closest?.("#channels [data-channel]")?.dataset.channel;
  const sections = [
    section(t("direct_chat"), direct),
    section(t("channels"), own.filter((channel) => !isDirect(channel)), add),
    section(t("imported"), state.channels.filter(isImported)),
  ];
  box.replaceChildren(...sections.filter(Boolean));
  if (focused) box.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
}

/** Open and close the drawer on phones. */
export function wireDrawer() {
  const show = (open) => {
    byId("sidebar").classList.toggle("open", open);
    byId("scrim").hidden = !open;
    if (open) byId("close-drawer").focus();
  };
  byId("open-drawer").addEventListener("click", () => show(true));
  byId("close-drawer").addEventListener("click", () => {
    show(false);
    byId("open-drawer").focus();
  });
  byId("scrim").addEventListener("click", () => show(false));
  return { close: () => show(false), isOpen: () => byId("sidebar").classList.contains("open") };
}

function memberChecks(exclude) {
  return state.people
    .filter((person) => !exclude.has(person.person_id))
    .map((person) => h("label", {}, h("input", { type: "checkbox", name: "member", value: person.person_id }), h("span", {}, person.name)));
}

async function createChannel() {
  const id = clientId();
  const name = h("input", { type: "text", name: "name", maxlength: 60, required: true, autocomplete: "off", autofocus: true });
  const error = h("p", { class: "error", role: "alert" });
  const others = memberChecks(new Set([state.me.person_id]));
  const members = h("div", { hidden: true }, h("p", {}, t("members_who")), h("div", { class: "checks", role: "group", "aria-label": t("members_who") }, others));
  const kind = (value, checked) =>
    h("label", {}, h("input", { type: "radio", name: "visibility", value, checked, on: { change: () => (members.hidden = value !== "private") } }), h("span", {}, t(`${value}_channel`)));
  const form = h(
    "form",
    {},
    h("h2", {}, t("create_channel")),
    h("label", {}, t("channel_name"), name),
    h("div", { class: "checks", role: "radiogroup", "aria-label": t("visibility") }, kind("public", true), kind("private", false)),
    members,
    error,
    h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", on: { click: () => dialog.close("") } }, t("cancel")), h("button", { class: "primary" }, t("create"))),
  );
  const { dialog } = openDialog(t("create_channel"), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const visibility = data.get("visibility");
    const body = { client_id: id, name: data.get("name"), visibility, member_ids: visibility === "private" ? data.getAll("member") : [] };
    try {
      const { channel } = await post("/api/channels", body);
      dialog.close("");
      emit("created", channel);
    } catch (problem) {
      error.textContent = `${problem.sentence} ${problem.hint}`;
    }
  });
}

/** Who is in a private channel; members add others or leave. */
export function showMembers(channel) {
  const here = new Set(channel.members.map((person) => person.person_id));
  const missing = memberChecks(here);
  const names = channel.members.map((person) => h("li", {}, person.name));
  const change = async (ids, present) => {
    for (const id of ids) await post("/api/members", { channel_id: channel.channel_id, person_id: id, present });
    dialog.close("");
    if (!present) emit("open", { channel: state.directId });
  };
  const leave = h("button", { type: "button", class: "quiet", on: { click: () => change([state.me.person_id], false).catch(complain) } }, t("leave"));
  const form = h(
    "form",
    { on: { submit: (event) => (event.preventDefault(), change([...form.querySelectorAll("input:checked")].map((box) => box.value), true).catch(complain)) } },
    h("h2", {}, t("members_of", { channel: channel.name })),
    h("ul", {}, names),
    missing.length ? [h("p", {}, t("add_people")), h("div", { class: "checks", role: "group", "aria-label": t("add_people") }, missing)] : null,
    h("div", { class: "actions" }, leave, missing.length ? h("button", { class: "primary" }, t("add")) : h("button", { type: "button", class: "primary", on: { click: () => dialog.close("") } }, t("close"))),
  );
  const { dialog } = openDialog(t("members_of", { channel: channel.name }), form);
}
