// Sources of a standard answer: those it has, and a search over the whole archive for more.

import { h } from "/console/js/dom.js";
import { t } from "/console/js/language.js";
import { complain } from "/console/js/overlay.js";
import { place } from "./telling.js";

const permalink = (source) => (source.permalink ? h("a", { href: source.permalink, target: "_blank", rel: "noopener noreferrer" }, t("sources.open")) : null);

/** The numbered list. With `drop`, each can be taken out and its mark put into the text. */
export function sourceList(list, { insert = null, drop = null } = {}) {
  if (!list.length) return h("p", { class: "hint" }, t("sources.none"));
  return h(
    "ol",
    { class: "source-list" },
    list.map((source) =>
      h(
        "li",
        { class: `source-row${source.stands === false ? " gone" : ""}` },
        insert ? h("button", { type: "button", class: "n", title: t("sources.insert", { n: source.n }), on: { click: () => insert(source.n) } }, `[${source.n}]`) : h("span", { class: "n" }, `[${source.n}]`),
        h("div", { class: "source-words" }, source.stands === false ? h("b", { class: "bad-text" }, t("sources.gone")) : place(source), h("p", { class: "quote" }, source.quote), permalink(source)),
        drop ? drop(source.n) : null,
      ),
    ),
  );
}

/** A search box; every hit has a button that adds it. `question` gives the words to begin with. */
export function sourceSearch({ api, question, add }) {
  const box = h("input", { type: "search", name: "find", placeholder: t("sources.search_hint"), "aria-label": t("sources.search") });
  const hits = h("ol", { class: "hits", "aria-live": "polite" });
  const look = async () => {
    const words = box.value.trim() || question().trim();
    if (!words) return;
    box.value = words;
    hits.setAttribute("aria-busy", "true");
    try {
      const found = await api.get("find", { text: words.slice(0, 500) });
      hits.replaceChildren(...(found.hits.length ? found.hits.map(row) : [h("li", { class: "hint" }, t("sources.nothing_found"))]));
    } catch (error) {
      complain(error);
    } finally {
      hits.removeAttribute("aria-busy");
    }
  };
  const take = (hit) => {
    add(hit);
    box.value = "";
    hits.replaceChildren();
  };
  const row = (hit) =>
    h("li", { class: "hit" }, h("div", { class: "source-words" }, place(hit), h("p", { class: "quote" }, hit.quote), permalink(hit)), h("button", { type: "button", class: "quiet", data: { record: hit.record_id }, on: { click: () => take(hit) } }, t("sources.add")));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    look();
  });
  return h("div", { class: "source-search" }, h("div", { class: "search-line" }, box, h("button", { type: "button", class: "quiet", data: { act: "find" }, on: { click: look } }, t("sources.search_button"))), hits);
}
