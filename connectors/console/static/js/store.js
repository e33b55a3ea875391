// What the page knows, and who wants to hear when it changes.

export const state = {
  me: null,
  bot: null,
  people: [],
  channels: [],
  directId: null,
  channelId: null,
  commands: [],
  suggestions: {},
  maxUploadBytes: 0,
  unread: new Set(),
};

const listeners = new Map();

/** Call `listener` whenever `name` is emitted. */
export function on(name, listener) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(listener);
}

export function emit(name, value) {
  for (const listener of listeners.get(name) ?? []) listener(value);
}

export const channelOf = (id) => state.channels.find((channel) => channel.channel_id === id);
export const isDirect = (channel) => channel?.visibility === "direct";
export const isImported = (channel) => channel !== undefined && channel.platform !== "console";

/** What a channel is called here: the direct chat has the bot's name. */
export function channelTitle(channel) {
  if (!channel) return "";
  return isDirect(channel) ? state.bot.name : channel.name;
}

/** A name for a request, so that sending it again does nothing new. */
export function clientId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
