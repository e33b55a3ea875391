// Addresses of the desk's pages.

export const ROOT = "/admin/";

/** The address of a page of the desk; what is empty is left out of the query. */
export function addressOf(path, query = {}) {
  const url = new URL(ROOT + path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}
