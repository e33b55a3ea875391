// Keys outside the text fields: Escape closes, j and k walk through messages, a letter goes to the composer.

import { closePanel } from "./panel.js";
import { byId } from "./dom.js";

const isWriting = (element) => element?.matches?.("input, textarea, select, [contenteditable]");

function walk(step) {
  const scope = document.activeElement?.closest("#panel") ?? byId("feed");
  const articles = [...scope.querySelectorAll("article.message")];
  const here = articles.indexOf(document.activeElement?.closest("article.message"));
  const next = here < 0 ? articles.at(-1) : articles[here + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Listen to keys of the whole page. */
export function wireKeys({ drawer, composer }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      if (drawer.isOpen()) drawer.close();
      else if (!closePanel()) composer()?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      walk(event.key === "j" ? 1 : -1);
    } else if (event.key === "/" || event.key === "i") {
      event.preventDefault();
      composer()?.focus();
    }
  });
}
