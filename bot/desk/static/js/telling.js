// How questions, answers and what was thought of them are told on several pages.

import { h } from "/console/js/dom.js";
import { t } from "/console/js/language.js";
import { formatted } from "/console/js/text.js";
import { fullTime, shortDate } from "/console/js/time.js";
import { chip, moment, number } from "./parts.js";

const KINDS = { down: "bad", abstained: "warn", unsupported: "warn", asked_again: "", answered_by_person: "" };

/** Causes with how many answers have them. */
export const causeChips = (causes) => Object.entries(causes).map(([cause, count]) => chip(count > 1 ? `${t(`cause.${cause}`)} ${number(count)}` : t(`cause.${cause}`), KINDS[cause] ?? ""));

/** How often something was asked, and by how many. */
export const askedBy = ({ answers, people }) => t(people === 1 ? "queue.asked_by_one" : "queue.asked", { answers: number(answers), people: number(people) });

/** Where something was said. */
export function channelName(channel) {
  if (!channel) return t("telling.gone_channel");
  return channel.visibility === "direct" ? t("telling.direct", { name: channel.name }) : `#${channel.name}`;
}

export const channelChip = (channel) => h("span", { class: "chip", title: channel ? t(`telling.${channel.visibility}`) : "" }, channelName(channel));

/** A text as it was said, links and code alive. */
export const words = (text) => h("div", { class: "text" }, formatted(text));

/** A person's verdict with reasons and comment. */
export function verdictLine(verdict) {
  const mark = { up: ["👍", "good"], down: ["👎", "bad"] }[verdict.kind] ?? ["↩", ""];
  return h(
    "div",
    { class: "said-of-it" },
    chip(mark[0], mark[1]),
    h("b", {}, verdict.person || t("telling.somebody")),
    verdict.reasons.map((reason) => chip(t(`reason_${reason}`))),
    verdict.comment ? h("q", {}, verdict.comment) : null,
    moment(verdict.judged_at),
  );
}

/** Where a source stands: author, place, day. */
export function place(source) {
  const page = source.page ? (/^\d+$/.test(source.page) ? t("page_n", { n: source.page }) : source.page) : null;
  const where = source.file_name ? [source.file_name, page] : [];
  return h("span", { class: "where", title: source.time ? fullTime(source.time) : null }, h("b", {}, source.author || t("telling.somebody")), ` · ${[...where, channelName(source.channel), source.time ? shortDate(source.time) : ""].filter(Boolean).join(" · ")}`);
}

/** Who may be given an answer, in words; `channels` are those that its readers must be able to read. */
export function audience(channels, { everybody = false } = {}) {
  const names = (some) => some.map(channelName).join(t("telling.and"));
  if (!channels.length) return everybody ? t("audience.everybody") : t("audience.nobody");
  const closed = channels.filter((channel) => channel.visibility !== "public");
  if (!closed.length) return t("audience.public", { channels: names(channels) });
  if (channels.length === 1) return t(`audience.${closed[0].visibility}`, { channel: channelName(closed[0]), people: number(closed[0].people) });
  return t("audience.all_of", { channels: names(channels) });
}
