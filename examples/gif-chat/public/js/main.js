import { startBadge } from "./badge.js";
import { connect } from "./connection.js";
import { find } from "./dom.js";
import { say, switchLanguage, translateAll } from "./i18n.js";
import { openLobby, startLobby } from "./lobby.js";
import { startMe } from "./me.js";
import { openRoom } from "./room.js";
import { startRouter } from "./router.js";
import { fetchSession } from "./session.js";

const RETRY_MS = 2_000;

translateAll();
const language = find("#language", HTMLButtonElement);
say(language, "switchLanguage");
language.addEventListener("click", switchLanguage);

start();

async function start() {
  try {
    await fetchSession();
  } catch {
    // The server is just being restarted: the page is there, the session will be.
    setTimeout(start, RETRY_MS);
    return;
  }
  startMe();
  startBadge();
  startLobby();
  startRouter((room) => (room === undefined ? openLobby() : openRoom(room)));
  connect();
}
