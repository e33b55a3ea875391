// One category: its names and meaning, what a change would do, and how it was before.

import { h } from "/console/js/dom.js";
import { language } from "/console/js/language.js";
import { toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, field, moment, number, section, select, table } from "../parts.js";

function preview(t, found, name) {
  const rows = Object.entries(found.counts).filter(([, { before, after }]) => before !== after).map(([id, { before, after }]) => [name(id), number(before), number(after), chip(after > before ? `+${number(after - before)}` : `−${number(before - after)}`, "warn")]);
  const chips = (ids, others, kind) => ids.map((id) => chip(name(id), others.includes(id) ? "" : kind));
  const records = found.records.map((one) => h("li", { class: "changed-record" }, h("p", {}, one.excerpt), h("div", { class: "chips" }, chips(one.before, one.after, "bad"), "→", one.after.length ? chips(one.after, one.before, "good") : h("span", { class: "dim" }, t("categories.none"))), h("span", { class: "facts" }, one.author, ` #${one.channel} `, moment(one.sent_at))));
  return [
    h("p", { role: "status" }, h("b", {}, t("categories.would_change", { n: number(found.changed), of: number(found.looked_at) }))),
    rows.length ? table([t("categories.category"), { title: t("categories.before"), class: "right" }, { title: t("categories.after"), class: "right" }, ""], rows, { label: t("categories.effect") }) : null,
    found.changed ? null : h("p", { class: "hint" }, t("categories.nothing_changes", { n: number(found.examples) })),
    records.length ? h("ul", { class: "changed-records" }, records) : null,
  ].filter(Boolean);
}

function history(t, versions, restore) {
  if (!versions.length) return null;
  const rows = versions.map((one, index) => [
    moment(one.changed_at.startsWith("1970") ? null : one.changed_at),
    one.changed_by || t("categories.shipped"),
    h("div", {}, h("b", {}, `${one.name_zh} / ${one.name_en}`), one.archived ? chip(t("categories.archived"), "warn") : null, h("p", { class: "hint" }, one.description)),
    index && restore ? action(t("categories.restore"), () => restore(one)) : index ? "" : chip(t("categories.now"), "good"),
  ]);
  return section(t("categories.versions"), table([t("categories.when"), t("categories.who"), t("categories.as"), ""], rows, { label: t("categories.versions") }));
}

export const page = {
  path: "category/{id}",
  title: "nav.categories",
  within: "categories",
  async render(root, { api, params, t, canWrite, go, reload, title }) {
    const { categories } = await api.get("categories");
    const isNew = params.id === "new";
    const one = isNew ? { id: null, name_zh: "", name_en: "", description: "", archived: false } : categories.find((each) => each.id === params.id);
    if (!one) return go("categories", {}, { replace: true });
    const named = Object.fromEntries(categories.map((each) => [each.id, language() === "zh" ? each.name_zh : each.name_en]));
    const inputs = Object.fromEntries(["name_zh", "name_en"].map((name) => [name, h("input", { type: "text", name, maxlength: 80, required: true, readonly: !canWrite, autocomplete: "off", value: one[name] })]));
    inputs.description = h("textarea", { name: "description", rows: 3, readonly: !canWrite });
    inputs.description.value = one.description;
    const name = (id) => named[id] ?? (language() === "zh" ? inputs.name_zh.value : inputs.name_en.value) ?? id;
    title(isNew ? t("categories.new") : named[one.id]);
    const effect = h("div", { class: "section" });
    const latest = select([["100", "100"], ["200", "200"], ["500", "500"]], "200", { name: "latest", "aria-label": t("categories.latest") });
    const again = h("input", { type: "checkbox", name: "again", checked: true });
    const values = () => Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, input.value.trim()]));
    const changes = () => Object.fromEntries(Object.entries(values()).filter(([key, value]) => value !== one[key]));
    const look = async (more = {}) => {
      const found = await api.get("category-preview", { category_id: one.id, latest: latest.value, ...values(), ...more });
      effect.replaceChildren(...preview(t, found, name));
    };
    const sortAgain = () => (again.checked ? Number(latest.value) : 0);
    const save = async () => {
      if (isNew) {
        const added = await api.post("categories", values());
        toast(t("categories.added"), t("categories.added_hint"));
        return go(`category/${part(added.id)}`, {}, { replace: true });
      }
      await api.put(`categories/${part(one.id)}`, { ...changes(), sort_again: sortAgain() });
      toast(t("categories.saved"));
      reload();
    };
    const archive = async (archived) => {
      await api.put(`categories/${part(one.id)}`, { archived, sort_again: sortAgain() });
      toast(t(archived ? "categories.archived_now" : "categories.brought_back"), "", { name: t("categories.undo"), act: () => api.put(`categories/${part(one.id)}`, { archived: !archived }).then(reload) });
      reload();
    };
    const restore = async (version) => {
      await api.put(`categories/${part(one.id)}/version`, { version_id: version.version_id });
      toast(t("categories.restored"));
      reload();
    };
    const versions = isNew ? [] : (await api.get(`categories/${part(one.id)}/versions`)).versions;
    const form = h("form", { class: "category-form" }, h("div", { class: "line" }, field(t("categories.name_zh"), inputs.name_zh), field(t("categories.name_en"), inputs.name_en)), field(t("categories.meaning"), inputs.description, t("categories.meaning_hint")));
    form.addEventListener("submit", (event) => event.preventDefault());
    const tools = h("div", { class: "actions-line" }, one.archived ? action(t("categories.bring_back"), () => archive(false), { kind: "primary" }) : action(t("categories.save"), save, { kind: "primary" }), !isNew && !one.archived ? action(t("categories.archive"), () => archive(true)) : null, isNew ? null : h("label", { class: "tick" }, again, t("categories.again")));
    const lookTools = h("div", { class: "filters" }, latest, action(t("categories.look"), () => look()), isNew || one.archived ? null : action(t("categories.look_archived"), () => look({ archived: "true" })), one.archived ? action(t("categories.look_back"), () => look({ archived: "false" })) : null);
    root.append(
      ...[
        one.archived ? h("p", {}, chip(t("categories.archived"), "warn")) : null,
        form,
        canWrite ? tools : null,
        h("section", { class: "section" }, h("h2", {}, t("categories.effect")), h("p", { class: "hint" }, t("categories.effect_about")), lookTools, effect),
        history(t, versions, canWrite ? restore : null),
      ].filter(Boolean),
    );
  },
};
