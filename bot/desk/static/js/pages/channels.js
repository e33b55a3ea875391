// Channels: what is kept of each and what each lets the bot do.

import { h } from "/console/js/dom.js";
import { part } from "../api.js";
import { chip, empty, link, moment, number, segments, table } from "../parts.js";
import { kept } from "../keeping.js";

export const page = {
  path: "channels",
  title: "nav.channels",
  async render(root, { api, params, t, go }) {
    const { channels } = await api.get("channels");
    const kind = params.kind ?? "groups";
    const shown = channels.filter((one) => (one.visibility === "direct") === (kind === "direct"));
    const directs = channels.filter((one) => one.visibility === "direct").length;
    const history = { complete: "good", partial: "warn", reading: "", live: "" };
    const rows = shown.map((one) => [
      h("div", { class: "channel-name" }, link(kind === "direct" ? one.name : `#${one.name}`, `channel/${part(one.channel_id)}`), h("div", { class: "chips" }, chip(one.platform, one.can_post ? "" : "bad"), one.visibility === "private" ? chip(t("channels.private")) : null, one.archived ? chip(t("channels.archived")) : null)),
      h("span", {}, number(one.messages)),
      h("span", {}, number(one.files)),
      h("div", {}, moment(one.latest, { withClock: false })),
      chip(t(`channels.history_${one.history}`), history[one.history]),
      kind === "direct" ? "–" : one.answers_unasked ? chip(t("channels.yes"), "accent") : h("span", { class: "dim" }, t("channels.no")),
      one.digest ? chip(t(`channels.${one.digest.period}`, { time: one.digest.time }), "accent") : h("span", { class: "dim" }, "–"),
      h("span", { class: one.own_rule ? "" : "dim" }, kept(t, one.keep_days)),
      one.training ? chip(t("channels.yes"), "accent") : h("span", { class: "dim" }, t("channels.no")),
    ]);
    const right = (title) => ({ title, class: "right" });
    const columns = [t("channels.channel"), right(t("channels.messages")), right(t("channels.files")), t("channels.latest"), t("channels.history"), t("channels.unasked"), t("channels.digest"), t("channels.keep"), t("channels.training")];
    root.append(
      ...[
        h("p", { class: "about" }, t("channels.about")),
        directs ? h("div", { class: "filters" }, segments([["groups", t("channels.groups")], ["direct", t("channels.direct")]], kind, (chosen) => go("channels", { kind: chosen }), t("channels.kind"))) : null,
        rows.length ? table(columns, rows, { label: t("nav.channels") }) : empty(t("channels.nothing"), t("channels.nothing_hint")),
      ].filter(Boolean),
    );
  },
};
