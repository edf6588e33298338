import { RawClient } from "./client.mjs";
import { frames } from "./frames.mjs";
import { StreamClient } from "./stream-client.mjs";

const CONNECT = frames("40", 1);

/** How a client connects and what an event looks like, for each protocol. Streams are read only. */
export const PROTOCOLS = {
  raw: {
    connect: (port, extensions) => RawClient.open(port, "/", extensions),
    event: (_name, text) => text,
  },
  sio: {
    /** Opens an Engine.IO session by WebSocket and connects to the main namespace. */
    async connect(port) {
      const client = await RawClient.open(port, "/socket.io/?EIO=4&transport=websocket");
      client.send(CONNECT);
      // The Engine.IO handshake, and the answer to CONNECT.
      await client.until(2);
      return client;
    },
    event: (name, text) => `42${JSON.stringify([name, text])}`,
  },
  plain: {
    async connect(port) {
      const client = await RawClient.open(port, "/socket.io/plain");
      await client.until(1);
      return client;
    },
    event: (name, text) => JSON.stringify([name, text]),
  },
  sse: {
    async connect(port) {
      const client = await StreamClient.open(port, "/socket.io/sse");
      await client.until(1);
      return client;
    },
  },
};

/** Opens `count` clients, `at once` of them on the way at a time: fewer than the system's queue of new connections. */
export async function openClients(protocol, port, count, extensions, atOnce = 100) {
  const clients = [];
  let started = 0;
  const worker = async () => {
    while (started < count) {
      started += 1;
      clients.push(await PROTOCOLS[protocol].connect(port, extensions));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
  return clients;
}
