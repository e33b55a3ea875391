// The WebSocket: what happens arrives here. It connects again by itself, and everything is read anew then.

import { address } from "./api.js";
import { byId } from "./dom.js";
import { t } from "./language.js";
import { emit } from "./store.js";

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

let socket = null;
let pause = FIRST_PAUSE;
let timer = 0;
let greeted = false;

function show(connected) {
  const line = byId("connection");
  line.hidden = connected;
  line.textContent = connected ? "" : t("reconnecting");
  document.body.dataset.connected = connected ? "yes" : "no";
}

/** Nothing of it counts any more; one that is only opening is closed once it is open, or the browser complains. */
function leave(former) {
  former.onclose = former.onmessage = null;
  if (former.readyState === WebSocket.CONNECTING) former.onopen = () => former.close();
  else former.close();
}

/** Connect as the present person; ends the former connection. */
export function connect() {
  clearTimeout(timer);
  if (socket) leave(socket);
  const url = address("/ws");
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(url);
  socket.onmessage = (event) => {
    const data = JSON.parse(event.data);
    if (data.type === "hello") {
      pause = FIRST_PAUSE;
      show(true);
      emit("hello", { asks: data.asks, cards: data.cards, again: greeted });
      greeted = true;
    } else emit(`socket:${data.type}`, data);
  };
  socket.onclose = () => {
    socket = null;
    if (greeted) show(false);
    timer = setTimeout(connect, pause * (0.5 + Math.random() / 2));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };
}

/** A network or a tab that comes back should not wait for the timer. */
export function watchNetwork() {
  const hurry = () => {
    if (!socket && greeted && document.visibilityState === "visible") {
      pause = FIRST_PAUSE;
      connect();
    }
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
}
