// How long a channel keeps its messages, in words.

import { number } from "./parts.js";

export const kept = (t, days) => (days === null ? t("channels.forever") : t("channels.days", { n: number(days) }));
