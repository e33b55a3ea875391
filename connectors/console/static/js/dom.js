// Building elements. Text always becomes a text node; there is no way here to pass HTML.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("button", {class: "icon", on: {click}}, "text", child)`. Null children are left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An icon of the sprite. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/console/sprite.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A button that shows only an icon; its label is read out and shown on hover. */
export function iconButton(name, label, click, more = {}) {
  return h("button", { type: "button", class: "icon", "aria-label": label, title: label, on: { click }, ...more }, icon(name));
}

/** A person's square: the first letter on a colour of their own, the bot's mark for the bot. */
export function avatar(person, { small = false } = {}) {
  const size = small ? " small" : "";
  if (person.is_bot) {
    return h("span", { class: `avatar bot${size}`, "aria-hidden": "true" }, h("img", { src: "/console/icon.svg", alt: "" }));
  }
  let hue = 0;
  for (const character of person.name) hue = (hue * 31 + character.codePointAt(0)) % 360;
  const square = h("span", { class: `avatar${size}`, "aria-hidden": "true" }, [...person.name][0]?.toUpperCase() ?? "?");
  square.style.setProperty("--hue", hue);
  return square;
}

/** The element of this id, which the page is known to have. */
export const byId = (id) => document.getElementById(id);

/** Something short that screen readers say at once. */
export function announce(text) {
  const region = byId("announcer");
  if (region) region.textContent = text;
}
