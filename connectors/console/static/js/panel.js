// The panel at the side: a thread or a file, one at a time.

import { byId, h, iconButton } from "./dom.js";
import { t } from "./language.js";

let whenClosed = null;
let opener = null;

/** Show something in the panel; `closed` is called when it goes away. */
export function openPanel(title, content, { footer = null, closed = null } = {}) {
  whenClosed?.();
  whenClosed = closed;
  const panel = byId("panel");
  if (panel.hidden) opener = document.activeElement;
  panel.setAttribute("aria-label", title);
  const scroll = h("div", { class: "scroll", tabindex: -1 }, content);
  const close = iconButton("close", t("close"), closePanel, { id: "close-panel" });
  panel.replaceChildren(h("header", {}, h("h2", { title }, title), close), scroll, ...(footer ? [footer] : []));
  panel.hidden = false;
  byId("shell").classList.add("with-panel");
  close.focus({ preventScroll: true });
  return scroll;
}

export function closePanel() {
  const panel = byId("panel");
  if (panel.hidden) return false;
  panel.hidden = true;
  panel.replaceChildren();
  byId("shell").classList.remove("with-panel");
  whenClosed?.();
  whenClosed = null;
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  return true;
}
