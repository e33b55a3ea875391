// The timeline page: everything that the person may see, by period, channel, person, kind and category; or the story
// of a topic.

import { get } from "./api.js";
import { knowCategories } from "./categories.js";
import { drawChoices, drawChosen, drawToggle } from "./choices.js";
import { byId, h } from "./dom.js";
import { asQuery, change, filters, readAddress } from "./filters.js";
import { loadLanguages, t, wireToggles } from "./language.js";
import { complain } from "./overlay.js";
import { choosePerson, enterAgain } from "./people.js";
import { drawPeriod, step } from "./period.js";
import { recordEntry, Records } from "./records.js";
import { state } from "./store.js";
import { storyOf } from "./story.js";
import { useZone } from "./time.js";

let records = null;
let choices = null;
let cursor = null;
let turn = 0;
let loading = false;

/** Change filters and show what they leave. */
function choose(changes) {
  change(changes);
  load();
}

function drawAround() {
  knowCategories(choices.categories);
  useZone(choices.zone);
  drawPeriod(byId("period"), choices, choose);
  drawChoices(byId("choices"), choices, choose);
  drawChosen(byId("chosen"), choices, choose);
  drawToggle(byId("toggle-choices"));
}

/** The counts again, after a correction. */
async function recount() {
  const mine = turn;
  const page = await get("/api/timeline", { ...asQuery({ text: "" }), limit: 1 }).catch(() => null);
  if (!page || mine !== turn) return;
  choices = page.choices;
  drawAround();
}

async function load() {
  const mine = ++turn;
  byId("timeline").setAttribute("aria-busy", "true");
  byId("search").text.value = filters.text;
  try {
    if (filters.text) await tell(mine);
    else await list(mine);
  } catch (error) {
    if (mine === turn) complain(error);
  } finally {
    if (mine === turn) byId("timeline").removeAttribute("aria-busy");
  }
}

async function list(mine) {
  const page = await get("/api/timeline", asQuery());
  if (mine !== turn) return;
  choices = page.choices;
  drawAround();
  records.clear();
  records.append(page.entries);
  ended(page);
  if (page.partial.length) byId("timeline").prepend(h("p", { class: "story-about" }, t("timeline_partial", { channels: page.partial.map((name) => `#${name}`).join(", ") })));
}

/** A story, or with `view=found` the best matches; these too when there is no story. */
async function tell(mine) {
  const [story, found, around] = await Promise.all([
    filters.view === "found" ? null : get("/api/story", asQuery()),
    filters.view === "found" ? get("/api/timeline", asQuery()) : null,
    get("/api/timeline", { ...asQuery({ text: "" }), limit: 1 }),
  ]);
  if (mine !== turn) return;
  choices = around.choices;
  drawAround();
  records.clear();
  cursor = null;
  byId("more").hidden = true;
  byId("end").textContent = "";
  const tabs = { "": t("story"), found: t("best_matches") };
  const buttons = Object.entries(tabs).map(([view, name]) => h("button", { type: "button", "aria-pressed": String(filters.view === view), data: { view: view || "story" }, on: { click: () => choose({ view }) } }, name));
  byId("chosen").prepend(h("div", { class: "segments", role: "group" }, buttons));
  let matches = found;
  if (story) byId("timeline").replaceChildren(...storyOf(story));
  if (story && !story.scenes.length) {
    matches = await get("/api/timeline", asQuery());
    if (mine !== turn) return;
    byId("timeline").append(h("p", { class: "story-about" }, matches.entries.length ? t("story_none", { topic: story.topic }) : t("timeline_nothing")));
  }
  if (matches?.understood) byId("timeline").append(h("p", { class: "story-about" }, matches.understood));
  if (matches) byId("timeline").append(...matches.entries.map((entry) => recordEntry(entry, { words: filters.text, changed: recount, dated: true })));
  if (found && !found.entries.length) byId("end").textContent = t("timeline_nothing");
}

function ended(page) {
  cursor = page.next_before;
  byId("more").hidden = cursor === null;
  const narrowed = filters.day || filters.channel || filters.author || filters.kind || filters.category;
  let words = narrowed ? t("timeline_no_more") : t("timeline_end");
  if (records.empty) words = narrowed ? t("timeline_nothing") : t("timeline_empty");
  byId("end").textContent = cursor === null ? words : "";
}

async function more() {
  if (loading || cursor === null) return;
  loading = true;
  const mine = turn;
  try {
    const page = await get("/api/timeline", { ...asQuery(), before: cursor });
    if (mine !== turn) return;
    records.append(page.entries);
    ended(page);
  } catch (error) {
    complain(error);
  } finally {
    loading = false;
  }
  // The end may still be in sight, and is then not announced again.
  if (mine === turn && cursor !== null && byId("end").getBoundingClientRect().top < innerHeight + 600) more();
}

function wireSearch() {
  const form = byId("search");
  let timer = 0;
  const read = () => {
    clearTimeout(timer);
    const text = form.text.value.trim();
    if (text !== filters.text) choose({ text, view: text ? filters.view : "" });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  form.text.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(read, 450);
  });
  const toggle = byId("toggle-choices");
  toggle.addEventListener("click", () => {
    const open = byId("choices").classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  });
}

function wireKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select") || document.querySelector("dialog[open], .menu")) return;
    const links = [...document.querySelectorAll(".entry .open")];
    const here = links.indexOf(document.activeElement.closest(".entry")?.querySelector(".open"));
    if (event.key === "/") byId("search").text.focus();
    else if (event.key === "j" || event.key === "k") links[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)]?.focus();
    else if (event.key === "c") document.activeElement.closest(".entry")?.querySelector('[data-tool="category"]')?.click();
    else if (event.key === "ArrowLeft") step(choices.days, -1, choose);
    else if (event.key === "ArrowRight") step(choices.days, 1, choose);
    else return;
    event.preventDefault();
  });
}

async function main() {
  await loadLanguages();
  wireToggles(() => load());
  const about = await get("/api/console");
  Object.assign(state, { bot: about.bot, people: about.people });
  if (!(await enterAgain())) await choosePerson({ closable: false });
  state.channels = (await get("/api/channels")).channels;
  records = new Records(byId("timeline"), recount);
  readAddress();
  addEventListener("popstate", () => {
    readAddress();
    load();
  });
  wireSearch();
  wireKeys();
  byId("more").addEventListener("click", more);
  new IntersectionObserver(([seen]) => seen.isIntersecting && more(), { rootMargin: "600px" }).observe(byId("end"));
  await load();
  document.body.dataset.ready = "yes";
}

main().catch(complain);
