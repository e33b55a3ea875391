// The desk: the menu, the address, and one page at a time.
//
// A page is a module js/pages/<name>.js:
//
//   export const page = {
//     path: "case/{case_id}",        // below /admin/; {names} become params
//     title: "nav.audit",            // key of the text in the bar and in the menu
//     only: "operator",              // optional: not in the menu of viewers
//     within: "queue",               // optional, of pages outside the menu: whose menu entry is lit
//     async render(root, { api, params, t, operator, canWrite, go, reload, title }) { … },
//   };
//
// `root` is an empty element. `params` holds the names of the path and the query of the address. `go("queue", {cause:
// "down"})` opens another address (`{replace: true}` as third argument does not lengthen the history), `reload()` draws
// the page again, `title("…")` sets another title. `canWrite` is false for viewers: leave out what they cannot use.
// What `render` throws is shown in the server's words. If it returns a function, that is called before another page is
// drawn. Helpers: /console/js/dom.js (h, icon), /console/js/overlay.js (toast, complain, openDialog, confirmed),
// /console/js/time.js (fullTime, shortDate, clock), ./parts.js (chips, tables, pager, fields, empty), ./chart.js.

import { announce, byId, h } from "/console/js/dom.js";
import { loadLanguages, t, wireToggles } from "/console/js/language.js";
import { complain } from "/console/js/overlay.js";
import { addressOf, ROOT } from "./address.js";
import { api } from "./api.js";
import { every, groups } from "./pages.js";

let operator = null;
let leave = null;
let turn = 0;

function pattern(path) {
  const names = [];
  const source = path.replace(/\{(\w+)\}/g, (_, name) => (names.push(name), "([^/]+)"));
  return { names, expression: new RegExp(`^${source}$`) };
}

const routes = every.map((page) => ({ page, ...pattern(page.path) }));

function find() {
  const path = location.pathname.slice(ROOT.length).replace(/\/$/, "");
  for (const { page, names, expression } of routes) {
    const match = expression.exec(path);
    if (!match) continue;
    const params = Object.fromEntries(new URLSearchParams(location.search));
    names.forEach((name, index) => (params[name] = decodeURIComponent(match[index + 1])));
    return { page, params };
  }
  return null;
}

function go(path, query = {}, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", addressOf(path, query));
  return draw();
}

function drawMenu(current) {
  const lit = current?.within ?? current?.path;
  const shown = groups.map((group) => ({ ...group, pages: group.pages.filter((page) => !page.only || page.only === operator.role) }));
  byId("pages").replaceChildren(
    ...shown.filter((group) => group.pages.length).flatMap((group) => [
      h("h2", {}, t(group.title)),
      h("ul", {}, group.pages.map((page) => h("li", {}, h("a", { href: addressOf(page.path), "aria-current": page.path === lit ? "page" : null, data: { page: page.path } }, t(page.title))))),
    ]),
  );
  const leaveDesk = h("button", { type: "button", class: "link", on: { click: () => api.post("logout").then(() => location.assign(ROOT), complain) } }, t("desk.sign_out"));
  byId("me").replaceChildren(h("b", {}, operator.name), h("small", {}, `${t(`desk.role_${operator.role}`)} · `, leaveDesk));
}

function setTitle(text) {
  byId("title").textContent = text;
  document.title = `${text} · ${t("desk.title")}`;
}

async function draw({ quiet = false } = {}) {
  const mine = ++turn;
  leave?.();
  leave = null;
  const found = find();
  if (!found) return go(every[0].path, {}, { replace: true });
  const { page, params } = found;
  drawMenu(page);
  setTitle(t(page.title));
  byId("back").hidden = !page.within;
  if (page.within) byId("back").href = addressOf(page.within);
  const root = h("div", { class: `sheet-body page-${page.path.split("/")[0]}` });
  const context = { api, params, t, operator, canWrite: operator.role === "operator", go, reload: () => draw({ quiet: true }), title: (text) => mine === turn && setTitle(text) };
  byId("sheet").setAttribute("aria-busy", "true");
  let ended = null;
  try {
    ended = await page.render(root, context);
  } catch (error) {
    if (!error.code) console.error(error);
    root.replaceChildren(h("div", { class: "failed", role: "alert" }, h("p", {}, error.sentence ?? t("network_failed")), h("p", { class: "hint" }, error.hint ?? t("network_hint")), h("button", { type: "button", class: "quiet", on: { click: () => draw() } }, t("desk.again"))));
  }
  if (mine !== turn) return ended?.();
  leave = typeof ended === "function" ? ended : null;
  byId("sheet").replaceChildren(root);
  byId("sheet").removeAttribute("aria-busy");
  if (!quiet) {
    byId("scroll").scrollTop = 0;
    byId("title").focus({ preventScroll: true });
    announce(byId("title").textContent);
  }
  document.body.dataset.page = page.path;
}

function wireDrawer() {
  const show = (open) => {
    byId("sidebar").classList.toggle("open", open);
    byId("scrim").hidden = !open;
    byId(open ? "close-drawer" : "open-drawer").focus();
  };
  byId("open-drawer").addEventListener("click", () => show(true));
  byId("close-drawer").addEventListener("click", () => show(false));
  byId("scrim").addEventListener("click", () => show(false));
  byId("sidebar").addEventListener("keydown", (event) => event.key === "Escape" && show(false));
  return () => byId("sidebar").classList.contains("open") && show(false);
}

/** Links within the desk do not load it anew. */
function wireLinks(closeDrawer) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || !url.pathname.startsWith(ROOT) || (url.hash && url.pathname === location.pathname)) return;
    event.preventDefault();
    closeDrawer();
    history.pushState(null, "", url.pathname + url.search);
    draw();
  });
  addEventListener("popstate", () => draw());
}

async function main() {
  if (location.hash.startsWith("#token=")) history.replaceState(null, "", location.pathname + location.search);
  await loadLanguages("/admin/static/i18n");
  operator = await api.get("me");
  wireToggles(() => draw({ quiet: true }));
  wireLinks(wireDrawer());
  await draw();
  document.body.dataset.ready = "yes";
}

main().catch(complain);
