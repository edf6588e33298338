import { compressedFrame, frames } from "./frames.mjs";
import { openClients, PROTOCOLS } from "./protocol.mjs";

// Each kind of traffic connects, keeps the server busy from then on, and gives its clients. What they received, in
// all, is what the server delivered.

/** Every connection has `inFlight` messages on the way all the time; what came back is sent again in one write. */
export async function echo({ protocol, connections, inFlight, size }, port) {
  const ready = frames(PROTOCOLS[protocol].event("echo", "x".repeat(size)), inFlight);
  const clients = await openClients(protocol, port, connections);
  for (const client of clients) {
    client.onFrames = (count) => client.send(ready, Math.min(count, inFlight));
    client.send(ready);
  }
  return clients;
}

/** One client publishes to all; a message counts once everyone heard it, and `inFlight` are on the way. */
export async function fanOut({ protocol, connections, inFlight, size }, port) {
  const ready = frames(PROTOCOLS[protocol].event("publish", "x".repeat(size)), inFlight);
  const clients = await openClients(protocol, port, connections);
  let missing = 0;
  const publish = () => {
    const room = Math.floor((inFlight * connections - missing) / connections);
    if (room === 0) return;
    missing += room * connections;
    clients[0].send(ready, room);
  };
  for (const client of clients) {
    client.onFrames = (count) => {
      missing -= count;
      publish();
    };
  }
  publish();
  return clients;
}

/**
 * As {@link fanOut}, but who publishes is one client of Socket.IO that is not counted, and the listeners take turns in
 * what they speak.
 */
export async function listeners({ protocols, connections, size, inFlight = 1, publisher = "sio" }, port) {
  const ready = frames(PROTOCOLS[publisher].event("publish", "x".repeat(size)), inFlight);
  const [source] = await openClients(publisher, port, 1);
  const share = Math.ceil(connections / protocols.length);
  const clients = [];
  for (const protocol of protocols) clients.push(...(await openClients(protocol, port, share)));
  let missing = 0;
  const publish = () => {
    missing += clients.length * inFlight;
    source.send(ready);
  };
  for (const client of clients) {
    client.onFrames = (count) => {
      missing -= count;
      if (missing === 0) publish();
    };
  }
  publish();
  return clients;
}

/** The first `publishers` clients publish to all; each again, once it has heard as many messages as there are publishers. */
export async function chat({ protocol, connections, publishers, size }, port) {
  const ready = frames(PROTOCOLS[protocol].event("publish", "x".repeat(size)), 1);
  const clients = await openClients(protocol, port, connections);
  for (const client of clients.slice(0, publishers)) {
    let heard = 0;
    client.onFrames = (count) => {
      heard += count;
      for (; heard >= publishers; heard -= publishers) client.send(ready);
    };
    client.send(ready);
  }
  return clients;
}

/** Connections that say nothing. */
export function idle({ protocol, connections }, port) {
  return openClients(protocol, port, connections);
}

/** Each connection sends one compressed message, and gets one. */
export async function deflated({ protocol, connections, size }, port) {
  const text = JSON.stringify({
    user: "somebody",
    room: "lobby",
    text: "what people write to each other ".repeat(9),
  });
  const ready = compressedFrame(text.slice(0, size));
  const clients = await openClients(
    protocol,
    port,
    connections,
    "permessage-deflate; client_max_window_bits",
  );
  for (const client of clients) client.send(ready);
  await Promise.all(clients.map((client) => client.until(1)));
  return clients;
}

/** Sends one message after the other, and gives the milliseconds that each took to come back. */
export async function roundTrips({ protocol, size }, port, seconds) {
  const ready = frames(PROTOCOLS[protocol].event("echo", "x".repeat(size)), 1);
  const [client] = await openClients(protocol, port, 1);
  const times = [];
  const started = performance.now();
  for (let now = started; now - started < seconds * 1500; ) {
    client.send(ready);
    await client.until(client.received + 1);
    const then = performance.now();
    // The first third warms up.
    if (then - started > seconds * 500) times.push(then - now);
    now = then;
  }
  client.close();
  return times.sort((one, other) => one - other);
}
