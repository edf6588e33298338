import { answering } from "./answer.js";

/**
 * The namespace `/rooms`: the list of rooms, live, and the making of new ones.
 * @param {import("./namespaces.d.ts").Lobby} lobby
 * @param {{ chat: import("../chat.js").Chat, rooms: import("../rooms.js").Rooms }} parts
 */
export function serveLobby(lobby, { chat, rooms }) {
  rooms.on("changed", ({ id }) => lobby.emit("room", rooms.card(id)));
  rooms.on("gone", (id) => lobby.emit("gone", id));

  lobby.on("connection", (socket) => {
    socket.emit("rooms", rooms.cards());
    socket.on(
      "make",
      answering((request) => chat.make(socket.data.person, request)),
    );
  });
}
