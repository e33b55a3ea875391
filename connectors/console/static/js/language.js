// Texts in Chinese and English, one JSON each.

const texts = {};
let current = localStorage.getItem("language") || (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

/** Read the texts; must be awaited before the first `t`. Other pages of the server add theirs from `more` folders. */
export async function loadLanguages(...more) {
  const read = async (folder, name) => (await fetch(`${folder}/${name}.json`)).json();
  await Promise.all(
    ["zh", "en"].map(async (name) => {
      texts[name] = Object.assign({}, ...(await Promise.all(["/console/i18n", ...more].map((folder) => read(folder, name)))));
    }),
  );
  applyLanguage();
}

export const language = () => current;

/** The text of a key, with `{name}` replaced from `values`. */
export function t(key, values = {}) {
  const text = texts[current]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Change and remember the language. */
export function setLanguage(name) {
  current = name;
  localStorage.setItem("language", name);
  applyLanguage();
}

/** Fill what the HTML marks with `data-t`. */
export function applyLanguage(root = document) {
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const element of root.querySelectorAll("[data-t-title]")) element.title = t(element.dataset.tTitle);
  for (const element of root.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
}

/** The two buttons that every page has: the other language, and light or dark. */
export function wireToggles(changed) {
  const button = document.getElementById("language");
  const show = () => (button.textContent = current === "zh" ? "EN" : "中");
  button.addEventListener("click", () => {
    setLanguage(current === "zh" ? "en" : "zh");
    show();
    changed();
  });
  show();
  document.getElementById("theme").addEventListener("click", () => {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  });
}
