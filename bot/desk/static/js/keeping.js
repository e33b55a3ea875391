// How long a channel keeps its messages, in words.

import { number } from "./parts.js";

export const kept = (t, days) => (days === null ? t("channels.forever") : days === 1 ? t("channels.one_day") : t("channels.days", { n: number(days) }));
