import { join } from "node:path";
import { Server } from "baro";
import { Chat } from "./chat.js";
import { GifFiles } from "./gif-files.js";
import { Host } from "./host.js";
import { Library } from "./library.js";
import { limits as defaults } from "./limits.js";
import { Passwords } from "./passwords.js";
import { People } from "./people.js";
import { Rates } from "./rates.js";
import { Rooms } from "./rooms.js";
import { loadSessionKey } from "./session-key.js";
import { serveChatRooms } from "./sockets/chat-rooms.js";
import { identify } from "./sockets/identity.js";
import { serveLobby } from "./sockets/lobby.js";
import { serveWatch } from "./sockets/watch.js";
import { Store } from "./store.js";
import { Tickets } from "./tickets.js";
import { createWeb } from "./web.js";

/**
 * Puts the chat on a site, at `/`: Express serves the page, and Baro answers at `/socket.io` of the same port. Mount
 * it last: it answers whatever nobody before it has taken.
 * @param {{
 *   app: import("express").Express,
 *   http: import("node:http").Server,
 *   dataDir: string,
 *   limits?: import("./limits.js").ChatLimits,
 *   neighbours?: readonly import("./page.js").Neighbour[],
 * }} site `neighbours`: what else the site has, and the chat's header leads to
 */
export async function mountChat({ app, http, dataDir, limits = defaults, neighbours = [] }) {
  const key = loadSessionKey(dataDir);
  const store = new Store(join(dataDir, "chat.lmdb"), limits);
  const files = new GifFiles(join(dataDir, "gifs"), limits.gifBytesInAll);
  const library = new Library(limits, (room) => rooms.isOpen(room));
  const { gifs, strays } = store.survey((message) => library.add(message));
  for (const room of strays) await store.removeRoom(room);
  await files.sweep(gifs);

  const people = new People(key);
  const rates = new Rates(limits);
  const rooms = new Rooms(store, limits);
  const passwords = new Passwords(limits.passwordChecksAtOnce);
  const chat = new Chat({
    limits,
    store,
    rooms,
    files,
    library,
    rates,
    passwords,
    tickets: new Tickets(key),
  });

  const host = new Host({ store, rooms, files, library, rates });

  app.use(createWeb({ chat, rooms, people, files, library, limits, neighbours }));
  const io = new Server(http, { maxHttpBufferSize: limits.packetBytes });
  const lobby = /** @type {import("./sockets/namespaces.d.ts").Lobby} */ (
    /** @type {unknown} */ (io.of("/rooms"))
  );
  lobby.use(identify(people));
  serveLobby(lobby, { chat, rooms });
  const inside = /** @type {import("./sockets/namespaces.d.ts").ChatRooms} */ (
    /** @type {unknown} */ (io.of("/chat"))
  );
  inside.use(identify(people));
  serveChatRooms(inside, { chat, host, rooms, rates });
  const watch = /** @type {import("./sockets/namespaces.d.ts").Watch} */ (
    /** @type {unknown} */ (io.of("/watch"))
  );
  serveWatch(watch, { chat, host, rooms, people, limits });

  return {
    /** Closes all connections of the chat, then the database. The HTTP server is the site's: it stops listening first. */
    async close() {
      rooms.close();
      // As a lost connection, not as a goodbye: the page comes back by itself.
      io.engine.close();
      for (const namespace of [lobby, inside, watch]) namespace.disconnectSockets(true);
      await store.close();
    },
  };
}
