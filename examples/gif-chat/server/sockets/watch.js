/**
 * The namespace `/watch`: the same rooms, read-only, for pages that have nothing but `EventSource`. Baro keeps what it
 * says, so a stream that was cut goes on by its Last-Event-ID; who comes for the first time gets the newest page.
 *
 * @param {import("./namespaces.d.ts").Watch} namespace
 * @param {{
 *   chat: import("../chat.js").Chat,
 *   host: import("../host.js").Host,
 *   rooms: import("../rooms.js").Rooms,
 *   people: import("../people.js").People,
 *   limits: import("../limits.js").ChatLimits,
 * }} parts
 */
export function serveWatch(namespace, { chat, host, rooms, people, limits }) {
  namespace.history(/^room:/, limits.watched);
  namespace.onSubscribe((socket, channel) => {
    const [, room] = channel.split("room:");
    return room !== undefined && chat.mayWatch(people.recognise(socket.request), room);
  });

  chat.on("message", (message) => namespace.to(`room:${message.room}`).emit("message", message));
  host.on("deleted", (room, seq) => namespace.to(`room:${room}`).emit("deleted", seq));
  rooms.on("gone", (room) => {
    namespace.to(`room:${room}`).emit("closed");
    namespace.in(`room:${room}`).disconnectSockets();
  });
  rooms.on("removed", (room, person) => {
    for (const socket of namespace.sockets.values()) {
      if (socket.rooms.has(`room:${room}`) && people.recognise(socket.request)?.id === person.id)
        socket.disconnect();
    }
  });

  namespace.on("connection", (socket) => {
    const { headers, query } = socket.handshake;
    if (headers["last-event-id"] !== undefined || query.lastEventId !== undefined) return;
    for (const channel of socket.rooms) {
      const [, room] = channel.split("room:");
      if (room !== undefined) socket.emit("newest", chat.newest(room));
    }
  });
}
