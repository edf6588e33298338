// What is measured, against whom, and what Baro must reach there: `most` is the most that its figure may be, as a
// multiple of the other's in the same run.

const SMALL = 64;
const BIG = 16_384;
const RAW = ["baro/websocket", "ws", "ws + bufferutil", "bun"];
const EVENTS = ["baro", "socket.io"];
const STREAMS = ["baro/sse", "better-sse", "node:http"];
const ALL_EVENTS = [...EVENTS, "socket.io + bufferutil"];

const raw = (most, ...others) => [{ against: "ws", most }, ...others];
const events = (most) => [{ against: "socket.io", most }];

/** One row has one figure or several, each with its unit and its targets. */
export const ROWS = [
  ...traffic("raw", "WebSocket", RAW, {
    echo1: raw(0.85),
    echo16: raw(0.15),
    echo16k: raw(0.45, { against: "ws + bufferutil", most: 1.1 }),
    fan1: raw(0.8),
    fan8: raw(0.17),
    chat: raw(0.06, { against: "bun", most: 1.3 }),
  }),
  idle("raw", "WebSocket", RAW, raw(5.4 / 6.3), raw(0.8)),
  {
    id: "raw-deflate",
    group: "WebSocket",
    title: "Memory with permessage-deflate",
    detail: "per connection, after a 200 B message each way, threshold 0",
    kind: "deflated",
    servers: ["baro/websocket", "ws", "bun"],
    load: { protocol: "raw", connections: 1_000, size: 200 },
    server: { perMessageDeflate: { threshold: 0 } },
    figures: [{ key: "memory", unit: "KB", targets: [{ against: "ws", most: 40 / 243 }] }],
  },
  latency("raw", "WebSocket", RAW),
  ...traffic("sio", "Socket.IO", EVENTS, {
    echo1: events(0.7),
    echo16: events(0.18),
    echo16k: events(0.45),
    fan1: events(0.6),
    fan8: events(0.15),
    chat: events(0.06),
  }),
  ...["echo16", "fan1"].map((id) => recovering(id)),
  idle("sio", "Socket.IO", EVENTS, events(7.5 / 15.4), events(0.5)),
  latency("sio", "Socket.IO", EVENTS),
  ...[
    ["plain", "Plain WebSocket listeners", "baro, plain WebSocket", ["baro"]],
    ["sse", "SSE listeners", "baro, SSE", ["baro", "node:http"]],
    ["mixed", "A mixed room", "baro, a third each", ["baro"]],
  ].map(([id, title, measured, others]) => ({
    id: `open-${id}`,
    group: "Without a library",
    title,
    detail: "1,000 of them, 1 message in flight, 64 B; baro: of Socket.IO",
    kind: "listeners",
    servers: [measured, ...others],
    load: { protocols: ["sio"], connections: 1_000, size: SMALL },
    server: {},
    figures: [{ key: "cpu", unit: "µs", targets: others.map((against) => ({ against, most: 1.2 })) }],
  })),
  idleStreams("open", "Without a library", ["baro, SSE", "node:http"]),
  ...[1, 8].map((inFlight) => ({
    id: `sse-fan${inFlight}`,
    group: "Server-Sent Events alone",
    title: `Fan-out, ${inFlight} in flight`,
    detail: "to 1,000 streams, 64 B",
    kind: "listeners",
    servers: STREAMS,
    load: { connections: 1_000, size: SMALL, inFlight },
    server: {},
    figures: [{ key: "cpu", unit: "µs", targets: STREAMS.slice(1).map((against) => ({ against, most: 1 })) }],
  })),
  idleStreams("sse", "Server-Sent Events alone", STREAMS),
  ...[100, 300, 1_000, 3_000, 10_000].map((connections) => ({
    id: `sio-curve-${connections}`,
    group: "Curve",
    title: `${connections.toLocaleString("en")} clients`,
    detail: "one room, 1 message in flight",
    kind: "fanOut",
    servers: [...EVENTS, "node:net"],
    load: { protocol: "sio", connections, inFlight: 1, size: SMALL },
    server: { publishes: true },
    figures: [{ key: "cpu", unit: "µs", targets: [] }],
  })),
];

function traffic(protocol, group, servers, targets) {
  const row = (id, title, detail, kind, load, options = {}) => ({
    id: `${protocol}-${id}`,
    group,
    title,
    detail,
    kind,
    servers: protocol === "sio" && id === "echo16k" ? ALL_EVENTS : servers,
    load: { protocol, size: SMALL, ...load },
    server: options,
    figures: [{ key: "cpu", unit: "µs", targets: targets[id] }],
  });
  const publishes = { publishes: true };
  return [
    row("echo1", "Echo, 1 in flight", "100 connections, 64 B", "echo", { connections: 100, inFlight: 1 }),
    row("echo16", "Echo, 16 in flight", "100 connections, 64 B", "echo", { connections: 100, inFlight: 16 }),
    row("echo16k", "Echo of 16 KiB", "100 connections, 1 in flight", "echo", {
      connections: 100,
      inFlight: 1,
      size: BIG,
    }),
    row(
      "fan1",
      "Fan-out, 1 in flight",
      "to 1,000 listeners, 64 B",
      "fanOut",
      { connections: 1_000, inFlight: 1 },
      publishes,
    ),
    row(
      "fan8",
      "Fan-out, 8 in flight",
      "to 1,000 listeners, 64 B",
      "fanOut",
      { connections: 1_000, inFlight: 8 },
      publishes,
    ),
    row(
      "chat",
      "Chat",
      "50 publishers, 1,000 listeners, 64 B",
      "chat",
      { connections: 1_000, publishers: 50 },
      publishes,
    ),
  ];
}

/** The same with connectionStateRecovery, where every event is kept. */
function recovering(name) {
  const [row] = traffic("sio", "Socket.IO", [], {}).filter(({ id }) => id === `sio-${name}`);
  return {
    ...row,
    id: `recovery-${name}`,
    title: `${row.title}, with recovery`,
    servers: ["baro, recovery", "socket.io, recovery"],
    figures: [{ key: "cpu", unit: "µs", targets: [] }],
  };
}

function idle(protocol, group, servers, memory, accept) {
  return {
    id: `${protocol}-idle`,
    group,
    title: "10,000 idle connections",
    detail: protocol === "sio" ? "handshake and CONNECT, then silence" : "handshake, then silence",
    kind: "idle",
    servers,
    load: { protocol, connections: 10_000 },
    server: {},
    figures: [
      { key: "memory", unit: "KB", title: "Memory per idle connection", targets: memory },
      { key: "accept", unit: "µs", title: "Accepting a connection", targets: accept },
    ],
  };
}

function idleStreams(id, group, servers) {
  return {
    id: `${id}-idle`,
    group,
    title: "5,000 idle streams",
    detail: "opened, then silence",
    kind: "idle",
    servers,
    load: { connections: 5_000 },
    server: {},
    figures: [
      {
        key: "memory",
        unit: "KB",
        title: "Memory per idle stream",
        targets: [{ against: "node:http", most: 1 }],
      },
      { key: "accept", unit: "µs", title: "Accepting a stream", targets: [] },
    ],
  };
}

function latency(protocol, group, servers) {
  return {
    id: `${protocol}-latency`,
    group,
    title: "Latency of a lone echo",
    detail: "1 connection, 1 in flight, 64 B, wall clock",
    kind: "roundTrips",
    servers: servers.filter((name) => !name.includes("+")),
    load: { protocol, size: SMALL },
    server: {},
    figures: [
      { key: "p50", unit: "µs", title: "Lone echo, median", targets: [] },
      { key: "p99", unit: "µs", title: "Lone echo, 99th percentile", targets: [] },
    ],
  };
}
