// The chat page: starts everything and connects what happens with what is shown.

import { get } from "./api.js";
import { askOfCard } from "./card.js";
import { byId, h } from "./dom.js";
import { createComposer, sendMessage } from "./composer.js";
import { messageCount, theFeed } from "./feed.js";
import { language, loadLanguages, t, wireToggles } from "./language.js";
import { complain } from "./overlay.js";
import { watchOffers } from "./pair.js";
import { closePanel } from "./panel.js";
import { choosePerson, enterAgain } from "./people.js";
import { drawChannels, showMembers, wireDrawer } from "./sidebar.js";
import { connect, watchNetwork } from "./socket.js";
import { channelOf, channelTitle, isDirect, isImported, on, state } from "./store.js";
import { openThread, theThread } from "./thread.js";
import { wireKeys } from "./keys.js";

const asks = new Map();
let composer = null;
let drawer = null;

async function loadPeople() {
  state.people = (await get("/api/people")).people;
}

async function loadChannels() {
  state.channels = (await get("/api/channels")).channels;
  drawChannels();
  drawBar();
}

async function loadCommands() {
  state.commands = (await get("/api/commands", { language: language() })).commands;
}

function drawBar() {
  const channel = channelOf(state.channelId);
  if (!channel) return;
  byId("channel-name").textContent = `${isDirect(channel) ? "" : "# "}${channelTitle(channel)}`;
  const note = isImported(channel) ? `${t("imported_note")} · ${messageCount(channel)}` : t(`${channel.visibility}_note`);
  byId("channel-note").textContent = note;
  document.title = `${channelTitle(channel)} · 拾光 Shiguang`;
  const members = byId("members");
  members.hidden = channel.visibility !== "private" || isImported(channel);
  members.textContent = channel.members?.length ? t("n_members", { n: channel.members.length }) : t("members");
}

function drawComposer() {
  composer = createComposer({ channelId: state.channelId, list: theFeed() });
  byId("composer").replaceChildren(composer.element);
}

/** Show a channel, and a message in it; the address says the same, so that Back works. */
async function open({ channel, message = null, history = "push" }) {
  const known = channelOf(channel) ?? channelOf(state.directId) ?? state.channels[0];
  if (!known) return;
  drawer.close();
  const changed = known.channel_id !== state.channelId;
  if (changed) closePanel();
  state.channelId = known.channel_id;
  state.unread.delete(known.channel_id);
  drawChannels();
  drawBar();
  if (changed || !composer) drawComposer();
  const query = new URLSearchParams({ channel: known.channel_id, ...(message ? { message } : {}) });
  if (history === "push") window.history.pushState({}, "", `/?${query}`);
  if (history === "replace") window.history.replaceState({}, "", `/?${query}`);
  if (message) await show(message, changed);
  else await load();
  if (!message && matchMedia("(hover: hover)").matches) composer.focus();
}

async function load(around = null) {
  const loaded = await theFeed().open(state.channelId, around);
  for (const ask of asks.values()) if (ask.channel_id === state.channelId) theFeed().begin(ask);
  theFeed().render();
  return loaded;
}

/** Bring a message of the open channel into view, loading around it when needed. */
async function show(recordId, changed) {
  if (!changed && theFeed().highlight(recordId)) return;
  if (!(await load(recordId))) return void (await load());
  if (theFeed().highlight(recordId)) return;
  const view = await find(recordId);
  if (!view) return;
  if (view.thread_id) {
    theFeed().highlight(view.thread_id);
    await openThread(view.thread_id, { asks: asks.values(), highlight: recordId });
  }
}

async function find(recordId) {
  try {
    return (await get("/api/message", { id: recordId })).message;
  } catch (error) {
    complain(error);
    return null;
  }
}

function wireSocket() {
  on("hello", async ({ asks: running, cards, again }) => {
    asks.clear();
    for (const ask of [...running, ...cards.map(askOfCard)]) asks.set(ask.ask_id, ask);
    if (!again) {
      for (const ask of asks.values()) if (ask.card && ask.channel_id === theFeed().channelId) theFeed().begin(ask);
      theFeed().render();
      return;
    }
    theFeed().lives.clear();
    await Promise.all([loadPeople(), loadChannels()]).catch(complain);
    if (theFeed().atEnd) await load();
    await theThread()?.load().catch(complain);
  });
  on("socket:resync", () => Promise.all([loadChannels(), theFeed().atEnd && load()]).catch(complain));
  on("socket:channels", () => loadChannels().catch(complain));
  on("socket:people", () => loadPeople().catch(complain));
  on("socket:message", ({ message }) => {
    if (message.channel_id === state.channelId) {
      theFeed().upsert(message);
      theThread()?.upsert(message);
    } else if (message.author.person_id !== state.me.person_id && !message.edited && !message.deleted && Date.now() - new Date(message.sent_at) < 60_000) {
      state.unread.add(message.channel_id);
      drawChannels();
    }
    const author = message.author;
    if (!author.is_bot && author.platform === "console" && !state.people.some(({ person_id: id }) => id === author.person_id)) loadPeople().catch(complain);
  });
  on("socket:removed", ({ record_id: recordId }) => {
    theFeed().removed(recordId);
    theThread()?.removed(recordId);
  });
  on("socket:ask", (event) => {
    if (event.phase === "started") {
      asks.set(event.ask_id, event);
      if (event.channel_id === state.channelId) {
        theFeed().begin(event);
        theThread()?.begin(event);
        theFeed().render();
        theThread()?.render();
      }
      return;
    }
    const ask = asks.get(event.ask_id);
    if (ask && event.phase === "status") ask.status = event.status;
    if (ask && event.phase === "sources") ask.citations = event.citations;
    if (ask && event.phase === "delta") ask.text += event.delta;
    if (["finished", "failed", "stopped", "card"].includes(event.phase)) asks.delete(event.ask_id);
    theFeed().step(event);
    theThread()?.step(event);
  });
}

function wireEvents() {
  on("open", open);
  on("jump", async (recordId) => {
    const view = await find(recordId);
    if (view) await open({ channel: view.channel_id, message: recordId });
  });
  on("thread", ({ root }) => openThread(root, { asks: asks.values() }));
  on("say", (text) => sendMessage(theFeed(), { channelId: state.channelId, text }));
  on("created", async (channel) => {
    if (!channelOf(channel.channel_id)) state.channels.push(channel);
    await open({ channel: channel.channel_id });
  });
  on("stranger", () => become(false));
  addEventListener("popstate", () => open({ ...fromAddress(), history: "none" }));
  byId("members").addEventListener("click", () => showMembers(channelOf(state.channelId)));
  byId("me").addEventListener("click", () => become(true));
  document.addEventListener("click", (event) => {
    const anchor = event.target.closest("a[data-jump]");
    if (!anchor || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    open({ channel: new URL(anchor.href).searchParams.get("channel"), message: anchor.dataset.jump });
  });
}

function wireDrop() {
  const main = document.querySelector(".main");
  const has = (event) => event.dataTransfer?.types.includes("Files");
  main.addEventListener("dragover", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    composer?.element.classList.add("dropping");
  });
  main.addEventListener("dragleave", (event) => main.contains(event.relatedTarget) || composer?.element.classList.remove("dropping"));
  main.addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    composer?.element.classList.remove("dropping");
    composer?.attach?.(event.dataTransfer.files);
  });
}

const fromAddress = () => Object.fromEntries(["channel", "message"].map((name) => [name, new URLSearchParams(location.search).get(name)]));

/** Choose another person and begin anew as them. */
async function become(closable) {
  if (await choosePerson({ closable })) await begin({ channel: state.channelId });
}

async function begin(place) {
  state.channelId = null;
  composer = null;
  await Promise.all([loadPeople(), loadChannels(), loadCommands()]);
  connect();
  let target = place;
  if (place.message && !place.channel) target = { channel: (await find(place.message))?.channel_id, message: place.message };
  await open({ ...target, channel: target.channel ?? firstChannel(), history: "replace" });
}

/** Newcomers meet the bot first. */
const firstChannel = () => state.directId;

async function main() {
  await loadLanguages();
  drawer = wireDrawer();
  wireToggles(async () => {
    await loadCommands().catch(complain);
    closePanel();
    drawChannels();
    drawBar();
    drawComposer();
    theFeed().render();
  });
  wireEvents();
  wireSocket();
  wireDrop();
  wireKeys({ drawer, composer: () => composer });
  watchNetwork();
  watchOffers();
  const about = await get("/api/console");
  Object.assign(state, { bot: about.bot, people: about.people, suggestions: about.suggestions, maxUploadBytes: about.max_upload_bytes });
  if (!(await enterAgain())) await choosePerson({ closable: false });
  await begin(fromAddress());
  document.body.dataset.ready = "yes";
}

main().catch((error) => {
  if (!error.code) throw error;
  byId("connection").hidden = false;
  byId("connection").replaceChildren(h("span", {}, `${error.sentence} ${error.hint}`));
});
