import { ChatRefusal } from "../refusal.js";
import { answering } from "./answer.js";

/** @typedef {import("./namespaces.d.ts").ChatSocket} ChatSocket */

/**
 * The namespace `/chat`: inside a room. A socket is in one room at a time.
 * @param {import("./namespaces.d.ts").ChatRooms} namespace
 * @param {{
 *   chat: import("../chat.js").Chat,
 *   host: import("../host.js").Host,
 *   rooms: import("../rooms.js").Rooms,
 *   rates: import("../rates.js").Rates,
 * }} parts
 */
export function serveChatRooms(namespace, { chat, host, rooms, rates }) {
  chat.on("message", (message) => namespace.to(message.room).emit("message", message));
  host.on("deleted", (room, seq) => namespace.to(room).emit("deleted", room, seq));
  rooms.on("gone", (room) => {
    namespace.to(room).emit("closed", room);
    putOut(room, () => true);
  });
  rooms.on("removed", (room, person) => {
    for (const socket of putOut(room, ({ data }) => data.person.id === person.id))
      socket.emit("removed", room);
  });
  rooms.on("came", (room, person) => namespace.to(room).emit("came", person));
  rooms.on("left", (room, person) => namespace.to(room).emit("left", person));
  rooms.on("people", (room) => namespace.to(room).emit("people", rooms.people(room)));

  /**
   * Takes sockets out of a room in which their people have no seat any more.
   * @param {string} room
   * @param {(socket: ChatSocket) => boolean} isMeant
   */
  function putOut(room, isMeant) {
    const out = [...namespace.sockets.values()].filter(
      (socket) => socket.data.room === room && isMeant(socket),
    );
    for (const socket of out) {
      socket.data.room = undefined;
      socket.leave(room);
    }
    return out;
  }

  rooms.on("renamed", (person) => {
    for (const socket of namespace.sockets.values()) {
      if (socket.data.person.id === person.id) socket.data.person = person;
    }
  });

  namespace.on("connection", (socket) => {
    const me = () => socket.data.person;
    /** Counts where the person wanted to go. */
    let moves = 0;

    /** @param {{ lost: boolean }} how */
    const leave = (how) => {
      const { room } = socket.data;
      if (room === undefined) return;
      socket.data.room = undefined;
      socket.leave(room);
      rooms.leave(room, me(), socket.id, how);
    };
    const here = () => {
      if (socket.data.room === undefined) throw new ChatRefusal("notInRoom");
      return socket.data.room;
    };

    socket.on(
      "enter",
      answering((request) => {
        const move = ++moves;
        return chat.enter({ person: me(), socket: socket.id, address: socket.handshake.address }, request, {
          isWanted: () => move === moves && socket.connected,
          listen(room) {
            if (socket.data.room !== room) leave({ lost: false });
            socket.data.room = room;
            socket.join(room);
          },
        });
      }),
    );
    socket.on(
      "leave",
      answering(() => {
        moves++;
        leave({ lost: false });
      }),
    );
    socket.on(
      "message",
      answering(async (request) => ({ message: await chat.say(me(), here(), request) })),
    );
    socket.on(
      "older",
      answering(({ before }) => chat.older(me(), here(), before)),
    );
    socket.on(
      "gifs",
      answering((request) => chat.gifs(me(), here(), request)),
    );
    socket.on(
      "delete",
      answering(({ seq }) => host.delete(me(), here(), seq)),
    );
    socket.on(
      "remove",
      answering(({ person }) => host.remove(me(), here(), person)),
    );
    socket.on(
      "close",
      answering(() => host.close(me(), here())),
    );
    socket.on("typing", () => {
      if (socket.data.room === undefined) return;
      try {
        rates.take("typing", me().id);
      } catch {
        return; // a hint that nobody misses
      }
      socket.to(socket.data.room).emit("typing", me());
    });
    socket.on("disconnect", (reason) => leave({ lost: reason !== "client namespace disconnect" }));
  });
}
