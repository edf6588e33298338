import { lobby } from "./connection.js";
import { find } from "./dom.js";
import { say } from "./i18n.js";

/** Shows whether we are connected, and over what. */
export function startBadge() {
  const badge = find("#badge", HTMLElement);
  const text = find("#badge .badge-text", HTMLElement);

  /**
   * @param {"connecting" | "connected" | "reconnecting" | "offline"} state
   * @param {string} transport
   */
  const show = (state, transport = "") => {
    badge.dataset.state = state;
    badge.dataset.transport = transport;
    if (state !== "connected") say(text, state);
    else say(text, transport === "websocket" ? "websocket" : "polling");
  };
  const showAway = () => show(navigator.onLine ? "reconnecting" : "offline");

  show("connecting");
  lobby.on("connect", () => {
    const { engine } = lobby.io;
    show("connected", engine.transport.name);
    engine.on("upgrade", ({ name }) => {
      // An engine that was given up may still be heard.
      if (lobby.io.engine === engine && lobby.connected) show("connected", name);
    });
  });
  lobby.on("disconnect", showAway);
  lobby.on("connect_error", showAway);
  for (const event of ["online", "offline"]) {
    addEventListener(event, () => {
      if (!lobby.connected) showAway();
    });
  }
}
