// What failed people, by weight: the operators' day begins here.

import { h } from "/console/js/dom.js";
import { chip, empty, link, moment, number, openPager, segments, select } from "../parts.js";
import { part } from "../api.js";
import { askedBy, causeChips, channelChip } from "../telling.js";

const CAUSES = ["down", "abstained", "unsupported", "asked_again", "answered_by_person"];
const EVERY_MS = 4000;

function card(t, one) {
  const facts = [
    h("span", {}, askedBy(one)),
    one.asked_at ? h("span", {}, t("queue.last"), " ", moment(one.asked_at)) : null,
    one.decided_by ? h("span", {}, t("queue.decided_by", { name: one.decided_by })) : null,
    ...one.channels.slice(0, 3).map(channelChip),
    one.channels.length > 3 ? chip(`+${one.channels.length - 3}`) : null,
  ];
  return h(
    "li",
    { class: "case-card" },
    h("span", { class: "weight", title: t("queue.people_title") }, h("b", {}, number(one.people)), h("small", {}, t(one.people === 1 ? "queue.person" : "queue.people"))),
    h("div", { class: "case-body" }, link(one.question || t("queue.gone"), `case/${part(one.case_id)}`, {}, { class: "case-title" }), h("div", { class: "chips" }, causeChips(one.causes)), h("p", { class: "facts" }, facts)),
  );
}

/** What waits besides the cases. */
function waiting(t, found) {
  const rows = [
    found.attention ? link(t("queue.attention", { n: found.attention }), "standard", { state: "attention" }) : null,
    found.proposed ? link(t("queue.proposed", { n: found.proposed }), "standard", { state: "proposed" }) : null,
  ].filter(Boolean);
  return rows.length ? h("div", { class: "waiting", role: "status" }, rows) : null;
}

function filters(t, found, params, go) {
  const change = (name, value) => go("queue", { ...params, [name]: value, offset: "" });
  const states = ["open", "mended", "dismissed"].map((state) => [state, `${t(`queue.state_${state}`)} ${number(found.counts[state] ?? 0)}`]);
  const choice = (name, options, label) => select(options, params[name], { name, "aria-label": label, on: { change: (event) => change(name, event.target.value) } });
  return h(
    "div",
    { class: "filters" },
    segments(states, params.state ?? "open", (state) => change("state", state), t("queue.state")),
    choice("cause", [["", t("queue.every_cause")], ...CAUSES.map((cause) => [cause, t(`cause.${cause}`)])], t("queue.cause")),
    choice("channel", [["", t("queue.every_channel")], ...found.channels.map((channel) => [channel.channel_id, `#${channel.name}`])], t("queue.channel")),
    choice("days", [["", t("queue.any_time")], ["1", t("queue.day")], ["7", t("queue.week")], ["30", t("queue.month")]], t("queue.period")),
  );
}

function draw(root, found, { t, params, go }) {
  const narrowed = params.cause || params.channel || params.days;
  const state = params.state ?? "open";
  const nothing = narrowed ? empty(t("queue.nothing_narrowed")) : empty(t(`queue.nothing_${state}`), state === "open" ? t("queue.nothing_hint") : "");
  const pages = openPager(found, found.cases.length, (offset) => go("queue", { ...params, offset: offset || "" }));
  const list = found.cases.length ? h("ol", { class: "cases", "aria-label": t("nav.queue") }, found.cases.map((one) => card(t, one))) : nothing;
  root.replaceChildren(...[h("p", { class: "about" }, t("queue.about")), waiting(t, found), filters(t, found, params, go), list, pages].filter(Boolean));
}

function walk(event) {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key !== "j" && event.key !== "k") return;
  const titles = [...document.querySelectorAll(".case-title")];
  const here = titles.indexOf(document.activeElement);
  titles[here < 0 ? 0 : here + (event.key === "j" ? 1 : -1)]?.focus();
  event.preventDefault();
}

export const page = {
  path: "queue",
  title: "nav.queue",
  async render(root, context) {
    const { api, params } = context;
    const query = { state: params.state, cause: params.cause, channel: params.channel, days: params.days, offset: params.offset };
    const read = () => api.get("queue", query);
    let found = await read();
    draw(root, found, context);
    // What happens in chat meanwhile appears by itself, but never under somebody's hands.
    const timer = setInterval(async () => {
      if (document.hidden || root.querySelector("select:focus")) return;
      const now = await read().catch(() => null);
      if (!now || JSON.stringify(now) === JSON.stringify(found)) return;
      const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      found = now;
      draw(root, found, context);
      if (focused) root.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
    }, EVERY_MS);
    document.addEventListener("keydown", walk);
    return () => {
      clearInterval(timer);
      document.removeEventListener("keydown", walk);
    };
  },
};
