// The token, once per browser.

import { post } from "./api.js";
import { loadLanguages } from "./language.js";

await loadLanguages();
const form = document.getElementById("login");
form.token.focus();
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await post("/api/login", { token: form.token.value });
    location.reload();
  } catch (error) {
    document.getElementById("error").textContent = `${error.sentence} ${error.hint}`;
    form.token.select();
  }
});
