// The operator's token, once per browser. `#token=…` signs in at once: that is how `shiguang demo` opens the door; what
// follows the # is sent to no server and is taken out of the address.

import { loadLanguages } from "/console/js/language.js";
import { api } from "./api.js";

await loadLanguages("/admin/static/i18n");
const form = document.getElementById("login");

async function signIn(token) {
  try {
    await api.post("login", { token });
    location.reload();
  } catch (error) {
    document.getElementById("error").textContent = `${error.sentence} ${error.hint}`;
    form.token.select();
  }
}

form.token.focus();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn(form.token.value);
});
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  history.replaceState(null, "", location.pathname + location.search);
  await signIn(given);
}
document.body.dataset.ready = "yes";
