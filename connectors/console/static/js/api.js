// The JSON API. Failures become `ApiError`s that know their sentence and hint in both languages.

import { language, t } from "./language.js";
import { emit, state } from "./store.js";

export class ApiError extends Error {
  constructor(error, status) {
    super(error?.code ?? "network");
    this.code = error?.code ?? "network";
    this.status = status;
    this.error = error;
  }

  get sentence() {
    const text = this.error?.sentence?.[language()] ?? t("network_failed");
    return this.error?.detail ? `${text} (${this.error.detail})` : text;
  }

  get hint() {
    return this.error?.hint?.[language()] ?? t("network_hint");
  }
}

/** The address of an API path, with the person added. */
export function address(path, query = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  if (state.me) url.searchParams.set("as", state.me.person_id);
  return url;
}

async function send(method, path, { query, body, seconds = 30 } = {}) {
  let response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(seconds * 1000),
    });
  } catch {
    throw new ApiError(null, 0);
  }
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  const error = new ApiError(data.error, response.status);
  if (error.code === "login_required") location.reload();
  if (error.code === "unknown_person") emit("stranger");
  throw error;
}

export const get = (path, query) => send("GET", path, { query });
export const post = (path, body, { seconds } = {}) => send("POST", path, { body, seconds });
export const put = (path, body) => send("PUT", path, { body });
export const patch = (path, body) => send("PATCH", path, { body });
export const remove = (path, query) => send("DELETE", path, { query });

/** Upload one file; `progress` hears a number from 0 to 1. Returns the promise and a way to abort. */
export function upload(file, progress) {
  const request = new XMLHttpRequest();
  const promise = new Promise((resolve, reject) => {
    request.open("POST", address("/api/uploads", { name: file.name || "image.png" }));
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else reject(new ApiError(request.response?.error, request.status));
    });
    request.addEventListener("error", () => reject(new ApiError(null, 0)));
    request.send(file);
  });
  return { promise, abort: () => request.abort() };
}
