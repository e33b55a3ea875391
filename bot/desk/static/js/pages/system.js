// How the bot is doing: what runs, what waits, what is full, and what to do about it.

import { h } from "/console/js/dom.js";
import { chip, moment, number, percent, section } from "../parts.js";

const EVERY_MS = 5000;

const bytes = (value) => {
  const steps = ["B", "kB", "MB", "GB", "TB"];
  const step = value ? Math.min(Math.floor(Math.log10(value) / 3), steps.length - 1) : 0;
  return `${(value / 1000 ** step).toFixed(step > 1 && value / 1000 ** step < 100 ? 1 : 0)} ${steps[step]}`;
};

const tile = (value, name, more = "", kind = "") => h("div", { class: `tile ${kind}` }, h("b", {}, value), h("span", {}, name), more ? h("small", {}, more) : null);

const facts = (rows) => h("dl", { class: "facts-list" }, rows.filter(Boolean).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

function warnings(t, found) {
  if (!found.warnings.length) return h("p", { class: "all-well", role: "status" }, t("system.all_well"));
  return h("ul", { class: "warnings", role: "status" }, found.warnings.map((one) => h("li", { data: { key: one.key } }, h("b", {}, one.what), h("span", {}, one.advice))));
}

const stateChip = (t, state) => {
  const known = ["ok", "loading", "starting"].includes(state);
  return chip(known ? t(`system.state_${state}`) : state, state === "ok" ? "good" : known ? "" : "bad");
};

function imports(t, found) {
  if (!found.imports.length) return h("p", { class: "hint" }, t("system.no_imports"));
  return h(
    "ul",
    { class: "imports" },
    found.imports.map((one) => {
      const bar = h("progress", { max: 1, "aria-label": one.name });
      if (one.share !== null) bar.value = one.share;
      return h("li", {}, h("b", {}, one.name || t("system.unnamed")), chip(t(one.running ? "system.import_runs" : "system.import_stopped"), one.running ? "good" : "warn"), bar, h("span", {}, percent(one.share)), moment(one.marked_at));
    }),
  );
}

function draw(root, found, t) {
  const { model, embedding, engine, inbox, index, letters, disk } = found;
  const used = Object.values(disk.used).reduce((sum, size) => sum + size, 0);
  const platforms = Object.entries(found.states).map(([name, state]) => [t(`system.part_${name}`), stateChip(t, state)]);
  root.replaceChildren(
    h("p", { class: "about" }, t("system.about")),
    warnings(t, found),
    h(
      "div",
      { class: "tiles" },
      tile(`${number(model.queue.waiting)} / ${number(model.queue.size)}`, t("system.queue"), t("system.queue_hint")),
      tile(number(inbox.waiting), t("system.inbox"), t("system.failed_n", { n: number(inbox.failed) }), inbox.failed ? "bad" : ""),
      tile(number(index.waiting), t("system.index"), t("system.failed_n", { n: number(index.failed) }), index.failed ? "bad" : ""),
      tile(number(letters.waiting), t("system.letters"), t("system.failed_n", { n: number(letters.failed) }), letters.failed ? "bad" : ""),
      tile(bytes(used), t("system.used"), t("system.free", { size: bytes(disk.free) })),
    ),
    h(
      "div",
      { class: "system-columns" },
      section(t("system.ready"), facts(platforms)),
      section(
        t("system.models"),
        facts([
          [t("system.chat_model"), h("b", {}, model.backend === "none" ? t("system.none") : model.name)],
          [t("system.backend"), t(`system.backend_${model.backend}`)],
          model.backend === "none" ? null : [t("system.context"), t("system.tokens", { n: number(model.context_tokens) })],
          [t("system.adapter"), model.adapter ? `${model.adapter}${model.adapter_share === null ? "" : ` · ${percent(model.adapter_share)}`}` : t("system.none")],
          [t("system.embedding"), `${embedding.name} · ${number(embedding.dimension)}`],
          [t("system.reranker"), embedding.reranker ?? t("system.none")],
        ]),
      ),
      section(t("system.stores"), facts([[t("system.vector"), t(`system.engine_${engine.backend}`)], [t("system.truth"), engine.truth === "sqlite" ? "SQLite" : "PostgreSQL"], ...Object.entries(disk.used).map(([name, size]) => [t(`system.room_${name}`), bytes(size)]), [t("system.home"), h("code", {}, disk.home)]])),
      section(t("system.versions"), facts([...Object.entries(found.versions).map(([name, version]) => [t(`system.version_${name}`) === `system.version_${name}` ? name : t(`system.version_${name}`), h("code", {}, version)]), [t("system.since"), moment(found.started_at)], [t("system.timezone"), found.timezone]])),
    ),
    section(t("system.imports"), imports(t, found)),
  );
}

export const page = {
  path: "system",
  title: "nav.system",
  async render(root, { api, t }) {
    draw(root, await api.get("system"), t);
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const found = await api.get("system").catch(() => null);
      if (found) draw(root, found, t);
    }, EVERY_MS);
    return () => clearInterval(timer);
  },
};
