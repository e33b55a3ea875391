// The weekly report: seen before it is switched on, and what became of the last ones.

import { h } from "/console/js/dom.js";
import { confirmed, toast } from "/console/js/overlay.js";
import { action, chip, empty, field, moment, section, select, table } from "../parts.js";
import { channelName } from "../telling.js";

const KINDS = { posted: "good", failed: "bad", withdrawn: "warn" };

function form(t, found, setting, changed) {
  const box = (name, options) => select(options, String(setting[name]), { name, on: { change: (event) => changed(name, event.target.value) } });
  const text = (name, type) => h("input", { type, name, value: setting[name], required: true, on: { change: (event) => changed(name, event.target.value) } });
  return h(
    "div",
    { class: "form-grid" },
    field(t("report.channel"), box("channel_id", found.channels.map((one) => [one.channel_id, `#${one.name}`])), t("report.channel_hint")),
    field(t("report.weekday"), box("weekday", [0, 1, 2, 3, 4, 5, 6].map((day) => [String(day), t(`report.weekday_${day}`)]))),
    field(t("report.time"), text("time", "time")),
    field(t("report.timezone"), text("timezone", "text"), t("report.timezone_hint")),
    field(t("report.language"), box("language", [["zh", "中文"], ["en", "English"]])),
  );
}

function outcome(t, one) {
  const known = t(`report.error_${one.error}`);
  const why = one.error ? (known === `report.error_${one.error}` ? t("report.error_other", { code: one.error }) : known) : "";
  return h("span", {}, chip(t(`report.state_${one.state}`), KINDS[one.state] ?? ""), why ? h("small", { class: "dim" }, ` ${why}`) : null);
}

const latest = (t, found) =>
  section(
    t("report.latest"),
    found.latest.length
      ? table(
          [t("report.made"), t("report.channel"), t("report.state")],
          found.latest.map((one) => [moment(one.made_at), channelName(one.channel), outcome(t, one)]),
        )
      : empty(t("report.none_yet")),
  );

export const page = {
  path: "report",
  title: "nav.report",
  async render(root, { api, t, canWrite, reload }) {
    const found = await api.get("report");
    const about = h("p", { class: "about" }, t("report.about"));
    if (!found.channels.length) {
      root.append(about, empty(t("report.no_channels")), latest(t, found));
      return;
    }
    const setting = found.setting ?? { enabled: false, channel_id: found.channels[0].channel_id, weekday: 0, time: "09:30", timezone: found.timezone, language: document.documentElement.lang.startsWith("zh") ? "zh" : "en" };
    const sent = () => ({ ...setting, weekday: Number(setting.weekday) });
    const preview = h("div", { class: "report", "aria-live": "polite" });
    const draw = async () => {
      try {
        preview.textContent = (await api.get("report/preview", { ...sent(), enabled: String(setting.enabled) })).text;
      } catch (error) {
        preview.textContent = error.sentence ?? String(error);
      }
    };
    const keep = async (enabled) => {
      await api.put("report", { ...sent(), enabled });
      toast(t(enabled ? "report.switched_on" : "report.switched_off"));
      reload();
    };
    const post = async () => {
      const channel = found.channels.find((one) => one.channel_id === setting.channel_id);
      if (!(await confirmed(t("report.post_title"), t("report.post_text", { channel: channelName(channel) }), t("report.post")))) return;
      await api.post("report/post", sent());
      toast(t("report.posting"));
      reload();
    };
    const isOn = found.setting?.enabled;
    const state = isOn ? chip(t("report.on"), "good") : chip(t("report.off"));
    const buttons = canWrite
      ? h("div", { class: "actions-line" }, action(t(isOn ? "report.save" : "report.switch_on"), () => keep(true), { kind: "primary" }), isOn ? action(t("report.switch_off"), () => keep(false)) : null, action(t("report.post_now"), post))
      : null;
    const changed = (name, value) => {
      setting[name] = value;
      draw();
    };
    root.append(
      ...[
        about,
        found.posts ? null : h("p", { class: "hint" }, t("report.digests_off")),
        section(h("span", {}, t("report.when"), " ", state), form(t, found, setting, changed), buttons),
        section(t("report.preview"), h("p", { class: "hint" }, t("report.preview_about")), preview),
        latest(t, found),
      ].filter(Boolean),
    );
    await draw();
  },
};
