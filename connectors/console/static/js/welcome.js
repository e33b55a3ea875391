// What stands where no message is yet: how to begin.

import { h } from "./dom.js";
import { language, t } from "./language.js";
import { channelTitle, emit, isDirect, isImported, state } from "./store.js";

export function welcome(channel) {
  if (!isDirect(channel)) {
    const text = isImported(channel) ? t("welcome_imported") : t("welcome_channel", { bot: state.bot.name });
    return h("div", { class: "welcome" }, h("h2", {}, `# ${channelTitle(channel)}`), h("p", {}, text));
  }
  const questions = state.suggestions[language()] ?? [];
  const buttons = [...questions, t("suggestion_help")].map((question) =>
    h("button", { type: "button", on: { click: () => emit("say", question) } }, question),
  );
  return h(
    "div",
    { class: "welcome" },
    h("img", { src: "/console/icon.svg", alt: "" }),
    h("h2", {}, t("welcome_direct", { name: state.me.name })),
    h("p", {}, t("welcome_direct_text")),
    h("div", { class: "suggestions", "aria-label": t("try_asking"), role: "group" }, buttons),
  );
}
