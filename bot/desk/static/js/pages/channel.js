// The settings of one channel. What will happen is told before anything is saved.

import { h } from "/console/js/dom.js";
import { part } from "../api.js";
import { action, chip, field, moment, number, select } from "../parts.js";
import { kept } from "../keeping.js";

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];

const tick = (name, checked, text, hint, disabled = false) => {
  const box = h("input", { type: "checkbox", name, checked, disabled });
  return { box, label: h("div", { class: "choice" }, h("label", { class: "tick" }, box, h("span", {}, text)), h("p", { class: "hint" }, hint)) };
};

function facts(t, one) {
  const history = one.reached ? h("span", {}, t(`channels.history_${one.history}`), " · ", t("channels.back_to"), " ", moment(one.reached, { withClock: false })) : t(`channels.history_${one.history}`);
  const rows = [
    [t("channels.platform"), h("span", { class: "chips" }, chip(one.platform), chip(t(`channels.${one.visibility}`)), one.archived ? chip(t("channels.archived")) : null)],
    [t("channels.messages"), `${number(one.messages)} · ${t("channels.files_n", { n: number(one.files) })} · ${t("channels.answers_n", { n: number(one.answers) })}`],
    [t("channels.latest"), moment(one.latest)],
    [t("channels.history"), history],
    ["ID", h("code", {}, one.channel_id)],
  ];
  return h("dl", { class: "facts-list" }, rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** The limit of days, with what it would remove now and the name to type where it removes something. */
function keeping(one, { api, t, canWrite }, path) {
  const chosen = one.own_rule ? (one.keep_days === null ? "forever" : "days") : "default";
  const rule = select([["default", t("channels.keep_default", { kept: kept(t, one.default_keep_days) })], ["forever", t("channels.forever")], ["days", t("channels.keep_days")]], chosen, { name: "keep", disabled: !canWrite, "aria-label": t("channels.keep") });
  const days = h("input", { type: "number", name: "days", min: 1, max: 36500, value: one.own_rule ? (one.keep_days ?? 365) : 365, disabled: !canWrite, "aria-label": t("channels.keep_days") });
  const confirm = h("input", { type: "text", name: "confirm", autocomplete: "off", placeholder: one.name });
  const sentence = h("p", { class: "hint", role: "status" });
  const ask = h("div", { class: "confirm-name", hidden: true }, field(t("channels.type_name", { name: one.name }), confirm));
  const value = () => (rule.value === "days" ? Number(days.value) : rule.value);
  const before = chosen === "days" ? one.keep_days : chosen;
  let turn = 0;
  const look = async () => {
    const mine = ++turn;
    days.hidden = rule.value !== "days";
    if (value() === before) return void ((sentence.textContent = ""), (ask.hidden = true));
    try {
      const effect = await api.get(`${path}/effect`, { keep: value() });
      if (mine !== turn) return;
      sentence.textContent = effect.sentence;
      sentence.classList.toggle("bad-text", effect.removes > 0);
      ask.hidden = !effect.removes;
    } catch (error) {
      if (mine === turn) sentence.textContent = error.sentence ?? "";
    }
  };
  rule.addEventListener("change", look);
  days.addEventListener("input", look);
  days.hidden = rule.value !== "days";
  const changed = () => (value() === before ? {} : { keep: value(), confirm: confirm.value });
  return { box: h("section", { class: "box" }, h("h2", {}, t("channels.keep")), h("p", { class: "hint" }, t("channels.keep_about")), h("div", { class: "filters" }, rule, days), sentence, ask), changed };
}

function digest(one, { t, canWrite }, timezone) {
  const now = one.digest;
  const more = { disabled: !canWrite };
  const period = select([["off", t("channels.digest_off")], ["daily", t("channels.digest_daily")], ["weekly", t("channels.digest_weekly")]], now?.period ?? "off", { name: "period", "aria-label": t("channels.digest"), ...more });
  const weekday = select(WEEKDAYS.map((day) => [String(day), t(`channels.weekday_${day}`)]), String(now?.weekday ?? 0), { name: "weekday", "aria-label": t("channels.weekday"), ...more });
  const time = h("input", { type: "time", name: "time", required: true, value: now?.time ?? "09:00", "aria-label": t("channels.time"), ...more });
  const zone = h("input", { type: "text", name: "timezone", value: now?.timezone ?? timezone, autocomplete: "off", ...more });
  const language = select([["zh", "中文"], ["en", "English"]], now?.language ?? "zh", { name: "digest_language", ...more });
  const quiet = tick("skip_quiet", now?.skip_quiet ?? false, t("channels.skip_quiet"), "", !canWrite);
  const details = h("div", { class: "line" }, field(t("channels.time"), time), field(t("channels.weekday"), weekday), field(t("channels.timezone"), zone), field(t("channels.digest_language"), language));
  const show = () => {
    details.hidden = quiet.label.hidden = period.value === "off";
    weekday.closest(".field").hidden = period.value !== "weekly";
  };
  period.addEventListener("change", show);
  show();
  const value = () => (period.value === "off" ? "off" : { period: period.value, time: time.value, weekday: Number(weekday.value), timezone: zone.value.trim() || null, language: language.value, skip_quiet: quiet.box.checked });
  const before = JSON.stringify(value());
  const told = now ? h("p", { class: "hint" }, now.told) : null;
  return { box: h("section", { class: "box" }, h("h2", {}, t("channels.digest")), h("p", { class: "hint" }, t("channels.digest_about")), h("div", { class: "filters" }, period), details, quiet.label, told), changed: () => (JSON.stringify(value()) === before ? {} : { digest: value() }) };
}

export const page = {
  path: "channel/{channel_id}",
  title: "nav.channels",
  within: "channels",
  async render(root, context) {
    const { api, params, t, canWrite, reload, title } = context;
    const path = `channels/${part(params.channel_id)}`;
    const one = await api.get(path);
    const isDirect = one.visibility === "direct";
    title(isDirect ? one.name : `#${one.name}`);
    const unasked = tick("answers_unasked", one.answers_unasked, t("channels.unasked_on"), t("channels.unasked_about"), !canWrite);
    const training = tick("training", one.training, t("channels.training_on"), t("channels.training_about"), !canWrite);
    const offers = select([["as_picked", t("channels.offers_as_picked")], ["always", t("channels.offers_always")], ["never", t("channels.offers_never")]], one.offers_pairs, { name: "offers_pairs", disabled: !canWrite, "aria-label": t("channels.offers") });
    const limit = keeping(one, context, path);
    const summary = isDirect ? null : digest(one, context, one.team_timezone);
    const told = h("div", { class: "told", role: "status" });
    const save = async () => {
      const body = { ...limit.changed(), ...(summary?.changed() ?? {}) };
      if (unasked.box.checked !== one.answers_unasked) body.answers_unasked = unasked.box.checked;
      if (training.box.checked !== one.training) body.training = training.box.checked;
      if (offers.value !== one.offers_pairs) body.offers_pairs = offers.value;
      if (!Object.keys(body).length) return void told.replaceChildren(h("p", {}, t("channels.nothing_changed")));
      const answer = await api.put(path, body);
      sessionStorage.setItem("channel-told", JSON.stringify([t("channels.saved"), ...answer.told]));
      reload();
    };
    const before = JSON.parse(sessionStorage.getItem("channel-told") ?? "[]");
    sessionStorage.removeItem("channel-told");
    told.replaceChildren(...before.map((line) => h("p", {}, line)));
    root.append(
      ...[
        told,
        h("section", { class: "box" }, facts(t, one)),
        isDirect ? null : h("section", { class: "box" }, h("h2", {}, t("channels.answering")), unasked.label, field(t("channels.offers"), offers, t("channels.offers_about"))),
        summary?.box,
        limit.box,
        isDirect ? null : h("section", { class: "box" }, h("h2", {}, t("channels.training")), training.label),
        canWrite ? h("div", { class: "actions-line save-line" }, action(t("channels.save"), save, { kind: "primary" })) : null,
      ].filter(Boolean),
    );
  },
};
