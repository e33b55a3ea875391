// The desk's JSON API. Paths are below /admin/api/; failures know their sentence and hint in both languages.

import { ApiError } from "/console/js/api.js";
import { language } from "/console/js/language.js";

async function send(method, path, { query = {}, body } = {}) {
  const url = new URL(`/admin/api/${path}`, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  let response;
  try {
    response = await fetch(url, {
      method,
      headers: { "Accept-Language": language(), ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(180_000),
    });
  } catch {
    throw new ApiError(null, 0);
  }
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  const error = new ApiError(data.error, response.status);
  if (error.code === "not_signed_in") location.reload();
  throw error;
}

/** `api.get("cases", {state: "open"})`, `api.post("cases/7/dismiss", {})`; a part of a path goes through `part`. */
export const api = {
  get: (path, query) => send("GET", path, { query }),
  post: (path, body = {}) => send("POST", path, { body }),
  put: (path, body = {}) => send("PUT", path, { body }),
  remove: (path) => send("DELETE", path),
};

/** An id as a part of a path. */
export const part = (id) => encodeURIComponent(id);
