import { createServer } from "node:http";
import { join } from "node:path";
import { Server } from "baro";
import { Chat } from "./chat.js";
import { GifFiles } from "./gif-files.js";
import { limits as defaults } from "./limits.js";
import { Passwords } from "./passwords.js";
import { People } from "./people.js";
import { Rates } from "./rates.js";
import { Rooms } from "./rooms.js";
import { loadSessionKey } from "./session-key.js";
import { serveChatRooms } from "./sockets/chat-rooms.js";
import { identify } from "./sockets/identity.js";
import { serveLobby } from "./sockets/lobby.js";
import { Store } from "./store.js";
import { Tickets } from "./tickets.js";
import { createWeb } from "./web.js";

/**
 * Puts the chat together: Express and Baro on one HTTP server, which the caller lets listen.
 * @param {{ dataDir: string, limits?: import("./limits.js").ChatLimits }} options
 */
export async function createChat({ dataDir, limits = defaults }) {
  const key = loadSessionKey(dataDir);
  const store = new Store(join(dataDir, "chat.lmdb"), limits);
  const files = new GifFiles(join(dataDir, "gifs"), limits.gifBytesInAll);
  const { gifs, strays } = store.survey();
  for (const room of strays) await store.removeRoom(room);
  await files.sweep(gifs);

  const people = new People(key);
  const rates = new Rates(limits);
  const rooms = new Rooms(store, limits);
  const passwords = new Passwords(limits.passwordChecksAtOnce);
  const chat = new Chat({ limits, store, rooms, files, rates, passwords, tickets: new Tickets(key) });

  const http = createServer(createWeb({ chat, rooms, people, files, limits }));
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
  serveChatRooms(inside, { chat, rooms, rates });

  return {
    http,
    /** Closes all connections, then the database. */
    async close() {
      rooms.close();
      const closed = http.listening ? new Promise((resolve) => http.once("close", resolve)) : undefined;
      io.close();
      http.closeAllConnections();
      await closed;
      await store.close();
    },
  };
}
