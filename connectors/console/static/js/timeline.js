// The timeline page: everything that the person may see, newest first, by day, channel, kind and words.

import { get } from "./api.js";
import { drawDays } from "./days.js";
import { avatar, byId, h, icon } from "./dom.js";
import { loadLanguages, t, wireToggles } from "./language.js";
import { complain } from "./overlay.js";
import { choosePerson, enterAgain } from "./people.js";
import { channelTitle, state } from "./store.js";
import { marked } from "./text.js";
import { clock, dayKey, dayName, fullTime } from "./time.js";

const filters = { day: null, channel: "", kind: "", text: "" };
let cursor = null;
let turn = 0;
let loading = false;
let lastDay = null;
let days = [];

const form = byId("filters");

function entry(record) {
  const href = `/?${new URLSearchParams({ channel: record.channel_id, message: record.record_id })}`;
  const channel = state.channels.find(({ channel_id: id }) => id === record.channel_id);
  const place = channel ? channelTitle(channel) : record.channel_name;
  const name = record.file_name ? h("span", { class: "name" }, icon("file"), record.file_name, record.page ? ` · ${record.page}` : "") : null;
  return h(
    "a",
    { class: "entry", href, data: { record: record.record_id } },
    h("time", { datetime: record.time, title: fullTime(record.time) }, clock(record.time)),
    avatar({ name: record.author, is_bot: record.author === state.bot.name }, { small: true }),
    h("span", { class: "who" }, h("b", {}, record.author), ` · ${channel?.visibility === "direct" ? "" : "#"}${place}`),
    name,
    record.text ? h("span", { class: "what" }, marked(record.text.replaceAll("```", ""), filters.text)) : null,
  );
}

function append(entries) {
  const box = byId("timeline");
  for (const record of entries) {
    const day = dayKey(record.time);
    if (day !== lastDay) box.append(h("h2", { class: "timeline-day" }, dayName(record.time)));
    lastDay = day;
    box.append(entry(record));
  }
}

function drawChosen() {
  const line = byId("chosen");
  line.replaceChildren();
  if (!filters.day) return;
  const clear = h("button", { type: "button", class: "link", on: { click: () => choose(null) } }, t("all_days"));
  line.append(h("span", {}, dayName(`${filters.day}T12:00:00`)), clear);
}

function choose(day) {
  filters.day = day;
  drawDays(byId("days"), days, day, choose);
  drawChosen();
  load({ keepDays: true });
}

/** Begin anew under the filters; with `keepDays` the strip stays, because only the day changed. */
async function load({ keepDays = false } = {}) {
  const mine = ++turn;
  try {
    const [page, counted] = await Promise.all([
      get("/api/timeline", filters),
      !keepDays && filters.day ? get("/api/timeline", { ...filters, day: null, limit: 1 }) : null,
    ]);
    if (mine !== turn) return;
    lastDay = null;
    byId("timeline").replaceChildren();
    append(page.entries);
    if (!keepDays) {
      days = (counted ?? page).days;
      drawDays(byId("days"), days, filters.day, choose);
    }
    ended(page);
  } catch (error) {
    complain(error);
  }
}

function ended(page) {
  cursor = page.next_before;
  byId("more").hidden = cursor === null;
  const filtered = Object.values(filters).some(Boolean);
  const words = byId("timeline").childElementCount ? t(filtered ? "timeline_no_more" : "timeline_end") : t("timeline_nothing");
  byId("end").textContent = cursor === null ? words : "";
}

async function more() {
  if (loading || cursor === null) return;
  loading = true;
  const mine = turn;
  try {
    const page = await get("/api/timeline", { ...filters, before: cursor });
    if (mine !== turn) return;
    append(page.entries);
    ended(page);
  } catch (error) {
    complain(error);
  } finally {
    loading = false;
  }
}

function drawChannelOptions() {
  const options = state.channels.map((channel) => h("option", { value: channel.channel_id }, `${channel.visibility === "direct" ? "" : "#"}${channelTitle(channel)}`));
  form.channel.replaceChildren(h("option", { value: "" }, t("all_channels")), ...options);
  form.channel.value = filters.channel;
}

function wireFilters() {
  let timer = 0;
  const read = () => {
    Object.assign(filters, { channel: form.channel.value, kind: form.kind.value, text: form.text.value.trim() });
    load();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  form.addEventListener("change", read);
  form.text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(read, 250);
  });
}

async function main() {
  await loadLanguages();
  wireToggles(() => {
    drawChannelOptions();
    drawDays(byId("days"), days, filters.day, choose);
    drawChosen();
    load();
  });
  const about = await get("/api/console");
  Object.assign(state, { bot: about.bot, people: about.people });
  if (!(await enterAgain())) await choosePerson({ closable: false });
  state.channels = (await get("/api/channels")).channels;
  drawChannelOptions();
  wireFilters();
  byId("more").addEventListener("click", more);
  new IntersectionObserver(([seen]) => seen.isIntersecting && more(), { rootMargin: "600px" }).observe(byId("end"));
  await load();
  document.body.dataset.ready = "yes";
}

main().catch(complain);
