// Runs before the first paint, so that a dark page does not flash white.
const remembered = localStorage.getItem("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = remembered || (prefersDark.matches ? "dark" : "light");
prefersDark.addEventListener("change", (event) => {
  if (!localStorage.getItem("theme")) document.documentElement.dataset.theme = event.matches ? "dark" : "light";
});
