// Bars over time, drawn as SVG, with the same numbers as a table for who cannot see them.

import { h } from "/console/js/dom.js";
import { t } from "/console/js/language.js";
import { number, table } from "./parts.js";

const SVG = "http://www.w3.org/2000/svg";
const HIGH = 120;
const WIDE = 10;
const TICKS = 6;

function s(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** The next round number above: what the scale ends at. */
function ceiling(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 5, 10].map((step) => step * unit).find((value) => value >= most);
}

const total = (span, series) => series.reduce((sum, { key }) => sum + span.values[key], 0);

function column(span, at, series, most) {
  let top = HIGH;
  const told = series.map(({ key, title }) => `${title} ${number(span.values[key])}`).join(" · ");
  const parts = series.map(({ key, kind }) => {
    const high = (span.values[key] / most) * HIGH;
    top -= high;
    return s("rect", { class: `bar-${kind}`, x: at * WIDE + 1, y: top, width: WIDE - 2, height: high });
  });
  // The whole column can be pointed at, also where it is empty.
  const whole = s("rect", { class: "bar-whole", x: at * WIDE, y: 0, width: WIDE, height: HIGH });
  return s("g", { class: "column" }, s("title", {}, `${span.title}: ${told}`), whole, ...parts);
}

/**
 * Stacked bars. `spans` are {label, title, values}, `series` {key, title, kind} from the bottom up, where `kind` is
 * main, good, bad or quiet. `label` says what the chart shows.
 */
export function bars({ label, spans, series }) {
  const most = ceiling(Math.max(...spans.map((span) => total(span, series)), 1));
  const every = Math.ceil(spans.length / TICKS);
  const drawing = s("svg", { viewBox: `0 0 ${spans.length * WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label, class: "bars" }, ...spans.map((span, at) => column(span, at, series, most)));
  const key = h("ul", { class: "chart-key" }, series.map(({ title, kind }) => h("li", {}, h("span", { class: `swatch swatch-${kind}`, "aria-hidden": "true" }), title)));
  const columns = [{ title: t("chart.from") }, ...series.map(({ title }) => ({ title, class: "right" }))];
  const rows = spans.map((span) => [span.title, ...series.map((one) => number(span.values[one.key]))]);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, h("h3", {}, label), key),
    h("div", { class: "plot" }, h("span", { class: "most", "aria-hidden": "true" }, number(most)), drawing),
    h("div", { class: "ticks", "aria-hidden": "true" }, spans.filter((_, at) => at % every === 0).map((span) => h("span", {}, span.label))),
    h("details", {}, h("summary", {}, t("chart.as_table")), table(columns, rows, { label })),
  );
}

/** A share as a bar behind its number; `kind` as above. */
export function meter(share, text, kind = "main") {
  const filled = h("span", { class: `filled filled-${kind}` });
  filled.style.setProperty("inline-size", `${Math.round((share ?? 0) * 100)}%`);
  return h("span", { class: "meter" }, filled, h("span", { class: "amount" }, text));
}
