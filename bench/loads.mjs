import { frames, RawClient } from "./client.mjs";

const TEXT = "forty characters, as people write to chat";

/**
 * What is measured, each against its servers. `open(port)` connects and keeps the server busy from then on;
 * what it returns says how many messages have been delivered so far, and ends it.
 */
export const LOADS = [
  { name: "echo, 1 in flight", servers: ["baro", "socket.io"], open: (port) => echo(port, 1, socketIo) },
  { name: "echo, 16 in flight", servers: ["baro", "socket.io"], open: (port) => echo(port, 16, socketIo) },
  { name: "fan-out to 300", servers: ["baro", "socket.io"], open: (port) => broadcast(port, 1, 300) },
  { name: "chat, 50 talk to 300", servers: ["baro", "socket.io"], open: (port) => broadcast(port, 50, 300) },
  { name: "raw echo, 1 in flight", servers: ["ws"], open: (port) => echo(port, 1, plain) },
  { name: "raw echo, 16 in flight", servers: ["ws"], open: (port) => echo(port, 16, plain) },
];

const plain = { connect: (port) => RawClient.open(port, "/"), event: (_name, text) => text };

const socketIo = {
  /** Opens an Engine.IO session by WebSocket and connects to the main namespace. */
  async connect(port) {
    const client = await RawClient.open(port, "/socket.io/?EIO=4&transport=websocket");
    client.send(frames("40", 1));
    // The Engine.IO handshake, and the answer to CONNECT.
    await client.until(2);
    return client;
  },
  event: (name, text) => `42${JSON.stringify([name, text])}`,
};

/** Ten connections, each with `inFlight` messages on the way all the time. */
async function echo(port, inFlight, protocol) {
  const ready = frames(protocol.event("echo", TEXT), inFlight);
  const clients = await open(port, 10, protocol);
  for (const client of clients) {
    client.onFrames = (count) => client.send(ready, Math.min(count, inFlight));
    client.send(ready);
  }
  return running(clients);
}

/** `talkers` of the connections say one thing each, to all; when everyone has heard everything, they do it again. */
async function broadcast(port, talkers, listeners) {
  const ready = frames(socketIo.event("say", TEXT), 1);
  const clients = await open(port, listeners, socketIo);
  let missing = 0;
  const round = () => {
    missing += talkers * listeners;
    for (const client of clients.slice(0, talkers)) client.send(ready);
  };
  for (const client of clients) {
    client.onFrames = (count) => {
      missing -= count;
      if (missing <= 0) round();
    };
  }
  round();
  return running(clients);
}

async function open(port, count, protocol) {
  const clients = [];
  // One after the other, so that the system's queue of new connections is no limit.
  while (clients.length < count) clients.push(await protocol.connect(port));
  return clients;
}

function running(clients) {
  return {
    delivered: () => clients.reduce((sum, client) => sum + client.received, 0),
    close: () => clients.forEach((client) => void client.close()),
  };
}
