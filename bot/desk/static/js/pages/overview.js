// Whether people really use it: numbers beside the time before, over time, and by channel.

import { h } from "/console/js/dom.js";
import { shortDay } from "/console/js/time.js";
import { bars, meter } from "../chart.js";
import { empty, number, percent, section, segments, select, table } from "../parts.js";

const PERIODS = ["7", "28", "90", "365"];
const LONGEST_BY_DAY = 92;

/** Choices of period and channel, which several pages have. */
export function choices(t, channels, params, choose) {
  const places = [["", t("overview.everywhere")], ["direct", t("overview.direct")], ...channels.map((one) => [one.channel_id, `#${one.name}`])];
  return h(
    "div",
    { class: "filters" },
    segments(PERIODS.map((days) => [days, t(`overview.days_${days}`)]), params.days ?? "28", (days) => choose("days", days), t("overview.period")),
    select(places, params.channel, { name: "channel", "aria-label": t("overview.channel"), on: { change: (event) => choose("channel", event.target.value) } }),
  );
}

const points = (now, before) => Math.round((now - before) * 100);

function change(t, by, unit, goodIs) {
  if (by === null || Number.isNaN(by)) return null;
  if (by === 0) return h("span", { class: "change" }, t("overview.as_before"));
  const kind = goodIs === 0 ? "" : Math.sign(by) === goodIs ? " better" : " worse";
  return h("span", { class: `change${kind}`, title: t("overview.than_before") }, `${by > 0 ? "▲ +" : "▼ −"}${number(Math.abs(by))}${unit}`);
}

const tile = (title, value, detail, changed) => h("div", { class: "tile" }, h("span", {}, title), h("b", {}, value), detail ? h("small", {}, detail) : null, changed);

function shareTile(t, name, whole, goodIs) {
  const now = whole.now.shares[name];
  const before = whole.before.shares[name];
  const changed = now.of && before.of ? change(t, points(now.rate, before.rate), t("overview.points"), goodIs) : null;
  const detail = name === "up" && now.of ? t("overview.interval", { low: percent(now.low), high: percent(now.high), n: number(now.of) }) : t(`overview.${name}_detail`, { hits: number(now.hits), of: number(now.of) });
  return tile(t(`overview.${name}`), percent(now.rate), detail, changed);
}

function tiles(t, whole, times) {
  const { now, before, feedback_in_month: month } = whole;
  const seconds = (ms) => (ms === null ? "–" : t("overview.seconds", { n: (ms / 1000).toFixed(1) }));
  return h(
    "div",
    { class: "tiles" },
    tile(t("overview.asked"), number(now.asked), t("overview.asked_detail", { n: number(before.asked) }), change(t, now.asked - before.asked, "", 1)),
    tile(t("overview.people"), number(now.people), t("overview.people_detail"), change(t, now.people - before.people, "", 1)),
    shareTile(t, "answered", whole, 1),
    shareTile(t, "up", whole, 1),
    shareTile(t, "curated", whole, 1),
    shareTile(t, "opened", whole, 0),
    shareTile(t, "asked_again", whole, -1),
    shareTile(t, "answered_by_person", whole, -1),
    tile(t("overview.feedback"), number(month.now), t("overview.feedback_detail"), change(t, month.now - month.before, "", 1)),
    tile(t("overview.first_token"), seconds(times.first_token.median_ms), t("overview.p95", { time: seconds(times.first_token.p95_ms) }), null),
    tile(t("overview.total"), seconds(times.total.median_ms), t("overview.p95", { time: seconds(times.total.p95_ms) }), null),
  );
}

function charts(t, { by, spans }) {
  const title = (day) => (by === "week" ? t("overview.week_of", { day: shortDay(day) }) : shortDay(day));
  const shown = spans.map((span) => ({ label: shortDay(span.day), title: title(span.day), values: { ...span, model: span.answered - span.curated } }));
  return h(
    "div",
    { class: "charts" },
    bars({
      label: t(`overview.chart_asked_${by}`),
      spans: shown,
      series: [
        { key: "model", title: t("overview.by_model"), kind: "main" },
        { key: "curated", title: t("overview.by_standard"), kind: "good" },
        { key: "abstained", title: t("overview.not_answered"), kind: "quiet" },
      ],
    }),
    bars({
      label: t(`overview.chart_verdicts_${by}`),
      spans: shown,
      series: [
        { key: "up", title: "👍", kind: "good" },
        { key: "down", title: "👎", kind: "bad" },
      ],
    }),
  );
}

function reasons(t, whole) {
  const entries = Object.entries(whole.reasons);
  if (!entries.length) return null;
  const known = (code) => (t(`overview.reason_${code}`) === `overview.reason_${code}` ? code : t(`overview.reason_${code}`));
  return section(
    t("overview.reasons"),
    h("div", { class: "reasons" }, entries.flatMap(([code, count]) => [h("span", { title: code }, known(code)), meter(count / whole.now.abstained, `${number(count)} · ${percent(count / whole.now.abstained)}`, "quiet")])),
  );
}

function channelTable(t, found) {
  const titles = ["asked", "people", "answered", "up", "curated", "opened", "asked_again", "answered_by_person"];
  const columns = [t("overview.channel"), ...titles.map((name) => ({ title: t(`overview.${name}`), class: "right" }))];
  const share = (one, name, kind) => meter(one.use.shares[name].rate, one.use.shares[name].of ? percent(one.use.shares[name].rate) : "–", kind);
  const rows = found.channels.map((one) => [
    h("span", { class: "unbroken" }, one.visibility === "direct" ? t("overview.direct") : `#${one.name}`),
    number(one.use.asked),
    number(one.use.people),
    share(one, "answered", "main"),
    one.use.up + one.use.down ? h("span", { title: t("overview.interval", { low: percent(one.use.shares.up.low), high: percent(one.use.shares.up.high), n: number(one.use.up + one.use.down) }) }, share(one, "up", "good")) : "–",
    percent(one.use.shares.curated.rate),
    percent(one.use.shares.opened.rate),
    percent(one.use.shares.asked_again.rate),
    percent(one.use.shares.answered_by_person.rate),
  ]);
  return section(t("overview.by_channel"), table(columns, rows, { label: t("overview.by_channel") }), h("p", { class: "hint" }, t("overview.direct_hint")));
}

export const page = {
  path: "overview",
  title: "nav.overview",
  async render(root, { api, params, t, go }) {
    const query = { days: params.days ?? "28", channel: params.channel };
    const by = Number(query.days) > LONGEST_BY_DAY ? "week" : "day";
    const [whole, series, times, channels] = await Promise.all([
      api.get("overview", query),
      api.get("overview/series", { ...query, by }),
      api.get("overview/times", query),
      params.channel ? null : api.get("overview/channels", { days: query.days }),
    ]);
    const choose = (name, value) => go("overview", { ...params, [name]: value });
    const rest = whole.now.asked
      ? [tiles(t, whole, times), charts(t, series), reasons(t, whole), channels ? channelTable(t, channels) : null]
      : [empty(t("overview.nothing"), t("overview.nothing_hint"))];
    root.append(...[h("p", { class: "about" }, t("overview.about")), choices(t, whole.channels, params, choose), ...rest].filter(Boolean));
  },
};
