// The story of a topic: scenes in order, with what lies between them.

import { categoryName } from "./categories.js";
import { daysBetween } from "./calendar.js";
import { avatar, h } from "./dom.js";
import { t } from "./language.js";
import { channelName, fileLine, placeOf, plainText } from "./records.js";
import { state } from "./store.js";
import { marked } from "./text.js";
import { clock, dayKey, dayName, dayTitle, fullTime } from "./time.js";

const GAP_DAYS = 7;
const MONTHS_FROM_DAYS = 60;
const TOLD = new Set(["decision", "action_item", "announcement", "number", "document"]);

function gap(before, after) {
  const days = before ? daysBetween(before, after) : 0;
  if (days < GAP_DAYS) return null;
  const weeks = Math.round(days / 7);
  const words = days >= MONTHS_FROM_DAYS ? t("months_later", { n: Math.round(days / 30.4) }) : weeks > 1 ? t("weeks_later", { n: weeks }) : t("a_week_later");
  return h("p", { class: "gap" }, words);
}

function line(one, scene, topic) {
  const text = plainText(one.text);
  const chips = one.categories.filter((id) => TOLD.has(id)).map((id) => h("span", { class: `chip told ${id}` }, categoryName(id)));
  return h(
    "article",
    { class: "entry", data: { record: one.record_id } },
    h("a", { class: "open", href: placeOf(scene.channel_id, one.record_id), "aria-label": `${one.author}, ${fullTime(one.time)}: ${text.slice(0, 120)}` }, h("time", { datetime: one.time, title: fullTime(one.time) }, clock(one.time))),
    avatar({ name: one.author, is_bot: one.author === state.bot.name }, { small: true }),
    h("div", { class: "who" }, h("b", {}, one.author), chips),
    h("div", { class: "what" }, one.file ? fileLine(one.file, scene.channel_id, one.record_id) : null, h("div", { class: "words" }, marked(text, topic))),
  );
}

/** The story as elements; nothing when there is none. */
export function storyOf(story) {
  if (!story.scenes.length) return [];
  const [first, last] = [story.scenes[0].lines[0].time, story.scenes.at(-1).lines.at(-1).time].map(dayKey);
  const span = first === last ? dayTitle(first) : `${dayTitle(first)} – ${dayTitle(last)}`;
  const parts = [h("p", { class: "story-about" }, t("story_about", { n: story.records, span }))];
  let day = null;
  let channel = "";
  for (const scene of story.scenes) {
    const began = dayKey(scene.lines[0].time);
    parts.push(gap(day, began));
    if (began !== day) parts.push(h("h2", { class: "timeline-day" }, dayName(scene.lines[0].time)));
    const place = began !== day || channel !== scene.channel_id ? h("p", { class: "scene-place" }, channelName(scene.channel_id, scene.channel_name)) : null;
    const more = scene.left_out ? h("a", { class: "scene-more", href: placeOf(scene.channel_id, scene.lines[0].record_id) }, t("story_more", { n: scene.left_out })) : null;
    parts.push(h("section", { class: "scene" }, place, scene.lines.map((one) => line(one, scene, story.topic)), more));
    day = dayKey(scene.lines.at(-1).time);
    channel = scene.channel_id;
  }
  if (story.scenes_left_out) parts.push(h("p", { class: "end" }, t("story_scenes_more", { n: story.scenes_left_out })));
  return parts.filter(Boolean);
}
