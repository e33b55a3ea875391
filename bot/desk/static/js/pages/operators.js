// Who may work at the desk.

import { h } from "/console/js/dom.js";
import { complain, confirmed, openDialog, toast } from "/console/js/overlay.js";
import { part } from "../api.js";
import { action, chip, field, moment, select, table } from "../parts.js";

function showToken(t, name, token) {
  const shown = h("input", { type: "text", readonly: true, value: token, "aria-label": t("desk.token"), on: { focus: (event) => event.target.select() } });
  const address = `${location.origin}/admin`;
  const { closed } = openDialog(
    t("operators.token_of", { name }),
    h("form", { method: "dialog" }, h("h2", {}, t("operators.token_of", { name })), h("p", {}, t("operators.token_once", { address })), shown, h("div", { class: "actions" }, h("button", { class: "primary", value: "yes" }, t("operators.kept")))),
  );
  shown.focus();
  return closed;
}

export const page = {
  path: "operators",
  title: "nav.operators",
  only: "operator",
  async render(root, { api, t, operator, reload }) {
    const { operators } = await api.get("operators");
    const drop = async (name) => {
      if (!(await confirmed(t("operators.remove_title", { name }), t("operators.remove_text"), t("operators.remove")))) return;
      await api.remove(`operators/${part(name)}`);
      toast(t("operators.removed", { name }));
      reload();
    };
    const rows = operators.map((one) => [
      h("b", {}, one.name),
      chip(t(`desk.role_${one.role}`), one.role === "operator" ? "accent" : ""),
      moment(one.created_at, { withClock: false }),
      moment(one.seen_at),
      one.name === operator.name ? h("span", { class: "dim" }, t("operators.you")) : action(t("operators.remove"), () => drop(one.name)),
    ]);
    const name = h("input", { type: "text", name: "name", required: true, maxlength: 80, autocomplete: "off" });
    const role = select([["operator", t("desk.role_operator")], ["viewer", t("desk.role_viewer")]], "operator", { name: "role" });
    const form = h("form", { class: "line-form" }, field(t("operators.name"), name), field(t("operators.role"), role), h("button", { class: "primary" }, t("operators.add")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const added = await api.post("operators", { name: name.value, role: role.value });
        await showToken(t, added.name, added.token);
        reload();
      } catch (error) {
        complain(error);
      }
    });
    root.append(h("p", { class: "about" }, t("operators.about")), table([t("operators.name"), t("operators.role"), t("operators.since"), t("operators.seen"), ""], rows), h("h2", {}, t("operators.new")), form);
  },
};
