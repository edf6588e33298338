import { lobby } from "./connection.js";
import { creature } from "./creature.js";
import { find, h, icon } from "./dom.js";
import { say, t } from "./i18n.js";
import { openMakeRoom } from "./make-room.js";

/** @typedef {import("../../types.d.ts").RoomCard} RoomCard */

const FACES = 5;
/** @type {Map<string, RoomCard>} */
const rooms = new Map();
let known = false;
/** @type {() => void} */
let changed = () => {};

/** Listens to the rooms from the start, so that the list is there when the page comes back to it. */
export function startLobby() {
  lobby.on("rooms", (all) => {
    rooms.clear();
    for (const room of all) rooms.set(room.id, room);
    known = true;
    changed();
  });
  lobby.on("room", (room) => {
    rooms.set(room.id, room);
    changed();
  });
  lobby.on("gone", (id) => {
    rooms.delete(id);
    changed();
  });
}

/** @param {string} id */
export const titleOf = (id) => rooms.get(id)?.title;

/** @returns {import("./router.js").View} */
export function openLobby() {
  document.title = t("appTitle");
  const title = h("h1", { class: "hero-title" });
  say(title, "heroTitle");
  const text = h("p", { class: "hero-text" });
  say(text, "heroText");
  const label = h("span");
  say(label, "makeRoom");
  const make = h("button", { class: "button button-main button-large", type: "button" }, icon("plus"), label);
  make.addEventListener("click", openMakeRoom);
  const parade = h("div", { class: "parade", "aria-hidden": "true" });
  for (const [index, hue] of [30, 90, 180, 270].entries()) {
    const face = creature({ id: `parade-${index}`, name: "", hue });
    face.style.setProperty("--turn", String(index));
    parade.append(face);
  }

  const heading = h("h2", { class: "rooms-title" });
  say(heading, "rooms");
  const count = h("span", { class: "rooms-count" });
  const list = h("ul", { class: "rooms" });
  const quiet = emptyRooms();
  const section = h(
    "section",
    { class: "lobby" },
    h("div", { class: "rooms-head" }, heading, count),
    list,
    quiet,
  );
  const hero = h("section", { class: "hero" }, h("div", { class: "hero-words" }, title, text, make), parade);

  /** @type {Map<string, HTMLElement>} */
  const cards = new Map();
  const show = () => {
    section.classList.toggle("lobby-loading", !known);
    quiet.hidden = !known || rooms.size > 0;
    count.textContent = rooms.size === 0 ? "" : String(rooms.size);
    for (const [id, card] of cards) {
      if (rooms.has(id)) continue;
      cards.delete(id);
      vanish(card);
    }
    for (const room of rooms.values()) {
      let card = cards.get(room.id);
      if (card === undefined) {
        card = h("li", { class: "room-card", "data-room": room.id });
        cards.set(room.id, card);
        list.prepend(card);
      }
      fill(card, room);
    }
  };
  changed = show;
  show();
  find("#main", HTMLElement).replaceChildren(hero, section);
  return {
    close() {
      changed = () => {};
    },
  };
}

/**
 * @param {HTMLElement} card
 * @param {RoomCard} room
 */
function fill(card, { id, title, locked, max, people, vanishesAt }) {
  // The link is kept, and with it the focus, when only the people in the room have changed.
  let link = card.querySelector("a");
  if (link === null) {
    link = h("a", { href: `/rooms/${id}`, class: "room-link", "data-link": true }, h("bdi", {}, title));
    card.append(link);
    if (locked) {
      const lock = h("span", { class: "room-lock", role: "img" }, icon("lock"));
      say(lock, "locked", undefined, "tLabel");
      card.append(lock);
    }
    card.append(h("div", { class: "room-faces" }), h("span", { class: "room-count" }));
    card.style.setProperty("--hue", String(Number.parseInt(id.slice(0, 4), 16) % 360));
  }
  card.classList.toggle("room-empty", vanishesAt !== null);
  card.querySelector(".room-faces")?.replaceChildren(...people.slice(0, FACES).map(creature));
  const count = card.querySelector(".room-count");
  if (count === null) return;
  if (vanishesAt !== null) say(count, "emptyRoom");
  else say(count, "people", { count: people.length, max });
  card.classList.toggle("room-full", people.length >= max);
}

/** @param {HTMLElement} card */
function vanish(card) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return card.remove();
  card.classList.add("room-gone");
  card.inert = true;
  card.addEventListener("animationend", () => card.remove());
}

function emptyRooms() {
  const title = h("h3");
  say(title, "noRoomsTitle");
  const text = h("p");
  say(text, "noRoomsText");
  const sleeper = creature({ id: "sleeper-0", name: "", hue: 60 });
  return h("div", { class: "quiet", hidden: true }, sleeper, title, text);
}
