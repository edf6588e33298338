import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type ConnectOptions, io, type Socket } from "baro/client";
import { expect } from "vitest";
import { type RawPeer, RawServer, responseText } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";
import type { Attack } from "./attack.ts";
import { startWebSocketServer } from "./targets.ts";

// The client of Socket.IO, and servers that mean it ill.

const frame = peerOf("client");
const text = (packet: string): Buffer => frame(0x81, packet);
const OPEN = `0${JSON.stringify({ sid: "s", upgrades: [], pingInterval: 1e5, pingTimeout: 1e5, maxPayload: 1e6 })}`;
const GRANTED = '40{"sid":"me"}';
/** What our own server says, so that the client speaks more than Socket.IO with it. */
const OFFER = `0${JSON.stringify({ sid: "s", upgrades: [], pingInterval: 1e5, pingTimeout: 1e5, maxPayload: 1e6, baro: 1 })}`;

const attack = (id: string, name: string, run: Attack["run"], rounds = 3): Attack => ({
  ids: [id],
  name,
  // An honest client stands beside it in the same process, which must live and be answered.
  start: () => startWebSocketServer(),
  run,
  rounds,
});

function connect(port: number, options: ConnectOptions = {}): Socket {
  return io(`http://127.0.0.1:${port}`, {
    transports: ["websocket"],
    forceNew: true,
    reconnection: false,
    ...options,
  });
}

/** How it ended: the reason of `disconnect`, or what `connect_error` says. */
function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("disconnect", (reason) => resolve(reason));
    socket.once("connect_error", (error) => resolve(`refused: ${error.message}`));
  });
}

const nameOfText = (packet: string): string => `text ${Buffer.from(packet).toString("hex")}`;

/** A server whose every client hears the handshake, and after its CONNECT what `play` says. */
function playing(play: (peer: RawPeer) => void, open = OPEN): Promise<RawServer> {
  return RawServer.listenWebSocket((peer) => {
    peer.send(text(open));
    void peer.arrived(1).then(() => play(peer));
  });
}

/** Sends messages once the namespace is granted, then asks whether the client is still there; it may not be. */
async function say(messages: readonly (string | Buffer)[], open = OPEN, granted = GRANTED): Promise<Socket> {
  const server = await playing((peer) => {
    peer.send(text(granted));
    for (const message of messages) {
      peer.send(typeof message === "string" ? text(message) : frame(0x82, message));
    }
    peer.send(text('42["the end"]'));
  }, open);
  const socket = connect(server.port);
  await Promise.race([new Promise((resolve) => socket.once("the end", resolve)), endOf(socket)]);
  server.close();
  return socket;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of polling that answers as `handle` likes. */
async function polling(handle: Handle): Promise<{ port: number; close(): void }> {
  const server = createServer(handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Handshakes that are none of Engine.IO 4. */
const NO_HANDSHAKES: readonly string[] = [
  ...["", "0", "0{}", "0[]", "0null", "0{", "1", "2", "4", "40", "6", "7", "x", "\u{1f600}"],
  '0{"sid":1,"upgrades":[],"pingInterval":1,"pingTimeout":1}',
  '0{"sid":"","upgrades":[],"pingInterval":1,"pingTimeout":1}',
  `0{"sid":"${"s".repeat(1_000_000)}","upgrades":[],"pingInterval":1,"pingTimeout":1}`,
  '0{"sid":"\\ud800","upgrades":[],"pingInterval":1,"pingTimeout":1}',
  '0{"sid":"s","upgrades":[],"pingInterval":-1,"pingTimeout":1}',
  '0{"sid":"s","upgrades":[],"pingInterval":"1","pingTimeout":1}',
  '0{"sid":"s","upgrades":[],"pingInterval":1e999,"pingTimeout":1}',
  '0{"__proto__":{"sid":"s","pingInterval":1,"pingTimeout":1}}',
];

/** Packets that are none of Socket.IO 5, or not a server's to send, after the namespace is granted. */
const NO_PACKETS: readonly string[] = [
  ...[
    "0{}",
    OPEN,
    "3",
    "3probe",
    "5",
    "7",
    "x",
    "",
    "4",
    "48",
    "4{}",
    "42",
    "42{}",
    "42[]",
    "42[1]",
    "42[null]",
    "42[",
  ],
  ...['42["connect"]', '42["disconnect"]', '42["connect_error"]', `42["${"x".repeat(2_000)}"]`],
  ...["43[]", "43", '43{"a":1}', '4312{"a":1}', '429999999999999999["a"]', "42/nowhere", '42/nowhere,"a"'],
  ...[
    "45-[]",
    '450-["a"]',
    '4511-["a"]',
    '45999999999999-["a"]',
    '451["a"]',
    '451-["a"]',
    '451-["a",{"_placeholder":true}]',
  ],
  '451-["a",{"_placeholder":true,"num":1}]',
  '451-["a",{"_placeholder":true,"num":-1}]',
  '451-["a",{"_placeholder":true,"num":"splice"}]',
  '451-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]',
  `42/${"x".repeat(100_000)},["a"]`,
];

/** What is odd and yet goes by: nobody asked for it, and it harms nobody. */
const ODD: readonly string[] = [
  ...[
    "41/nowhere,",
    '40/nowhere,{"sid":"x"}',
    '44/nowhere,"no"',
    '42/nowhere,["a"]',
    '4399["nobody asked"]',
    "6",
  ],
  ...[
    '42["__proto__",1]',
    '42["constructor"]',
    '42["toString"]',
    '42["hasOwnProperty",{"__proto__":{"polluted":1}}]',
  ],
  ...[
    '42["a",{"constructor":{"prototype":{"polluted":1}}}]',
    '42["a",{"__proto__":null}]',
    '420["a"]',
    '420["a"]',
  ],
  ...[
    '40{"sid":"another"}',
    "40",
    '40{"sid":5}',
    '40{"sid":"x","pid":{}}',
    `42["a",${"[".repeat(100_000)}${"]".repeat(100_000)}]`,
  ],
  ...[
    '42["~ack",1e99]',
    '42["~gone",{}]',
    '42["~advice",{"retryIn":1e308}]',
    '42["~advice"]',
    '42["~advice",null]',
    '42["~x"]',
  ],
];

/** What a server may answer to a client that has agreed to exactly-once delivery. */
const NO_AGREEMENTS: readonly string[] = [
  '40{"sid":"me","~rt":null}',
  '40{"sid":"me","~rt":1}',
  '40{"sid":"me","~rt":[]}',
  '40{"sid":"me","~rt":{"v":1}}',
  '40{"sid":"me","~rt":{"v":1,"seq":"1","epoch":"e"}}',
  '40{"sid":"me","~rt":{"v":1,"seq":1e308,"epoch":"e"}}',
  '40{"sid":"me","~rt":{"v":1,"seq":0,"epoch":{}}}',
];

export const SOCKET_IO_CLIENT: readonly Attack[] = [
  attack("K-8", "handshakes that are none: each connection fails, and nothing is thrown", async () => {
    for (const handshake of NO_HANDSHAKES) {
      const server = await RawServer.listenWebSocket((peer) => peer.send(text(handshake)));
      const socket = connect(server.port);
      expect([handshake.slice(0, 80), await endOf(socket)]).toEqual([
        handshake.slice(0, 80),
        expect.stringMatching(/^refused: /),
      ]);
      socket.disconnect();
      server.close();
    }
  }),
  attack("K-8", "heartbeats in 0 ms, in a million years, and never", async ({ healthy }) => {
    for (const [pingInterval, ends] of [
      [0, true],
      [1e15, false],
      [Number.MAX_VALUE, false],
    ] as const) {
      const open = `0${JSON.stringify({ sid: "s", upgrades: [], pingInterval, pingTimeout: 0 })}`;
      const server = await playing((peer) => peer.send(text(GRANTED)), open);
      const socket = connect(server.port);
      if (ends) expect(await endOf(socket)).toMatch(/ping timeout|refused/);
      else await new Promise<void>((resolve) => socket.once("connect", resolve));
      await healthy.answered();
      expect(socket.connected).toBe(!ends);
      socket.disconnect();
      server.close();
    }
  }),
  attack("K-8", "upgrades to what there is not, a hundred thousand of them", async () => {
    const upgrades = ["__proto__", "webtransport", "polling", ...new Array(100_000).fill("websocket")];
    const open = `0${JSON.stringify({ sid: "s", upgrades, pingInterval: 1e5, pingTimeout: 1e5 })}`;
    let upgradesAsked = 0;
    const server = await polling((request, response) => {
      if (request.method === "POST") response.end("ok");
      else if (request.url?.includes("sid=")) response.end(GRANTED);
      else response.end(open);
    });
    const socket = connect(server.port, { transports: ["polling", "websocket"] });
    socket.io.on("open", () => {
      upgradesAsked += 1;
    });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    expect(upgradesAsked).toBe(1);
    socket.disconnect();
    server.close();
  }),
  attack("K-9", "packets that are none: the connection ends as a parse error, or is ended", async () => {
    for (const packet of NO_PACKETS) {
      const server = await playing((peer) => {
        peer.send(text(GRANTED));
        peer.send(text(packet));
        // Where the packet waits for attachments, this is none of them.
        peer.send(text('42["late"]'));
      });
      const socket = connect(server.port);
      const late = new Promise<string>((resolve) => socket.once("late", () => resolve("went on")));
      expect([packet.slice(0, 80), await Promise.race([endOf(socket), late])]).toEqual([
        packet.slice(0, 80),
        "parse error",
      ]);
      socket.disconnect();
      server.close();
    }
  }),
  attack(
    "K-9",
    "what nobody asked for goes by: other namespaces, acknowledgements, names of Object.prototype",
    async () => {
      for (const open of [OPEN, OFFER]) {
        const socket = await say(ODD, open);
        expect(socket.connected).toBe(true);
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        socket.disconnect();
      }
    },
  ),
  attack(
    "K-9",
    "attachments of nothing, text for an attachment, attachments of 100 MB and more",
    async () => {
      for (const messages of [
        [Buffer.from("attachment")],
        ['451-["a",{"_placeholder":true,"num":0}]', '42["b"]'],
        [
          '4510-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2}]',
          Buffer.alloc(1),
        ],
      ]) {
        const socket = await say(messages);
        expect(socket.connected).toBe(false);
        socket.disconnect();
      }
    },
  ),
  attack("K-9", "agreements about delivery that are none: events go out all the same", async () => {
    for (const granted of NO_AGREEMENTS) {
      const heard: string[] = [];
      const server = await playing((peer) => {
        peer.send(text(granted));
        void peer.arrived(3).then(() => heard.push(...peer.names));
      }, OFFER);
      const socket = connect(server.port);
      await new Promise<void>((resolve) => socket.once("connect", resolve));
      socket.emit("first").emit("second");
      await expect.poll(() => heard.length).toBe(3);
      expect(heard.slice(1)).toEqual(['42["first"]', '42["second"]'].map(nameOfText));
      socket.disconnect();
      server.close();
    }
  }),
  attack("K-10", "200,000 events before the namespace is granted: 10,000 are kept", async (round) => {
    const before = round.memory();
    const server = await playing((peer) => {
      const events = Buffer.concat(new Array(10_000).fill(text('42["early"]')));
      for (let i = 0; i < 20; i += 1) peer.send(events);
      peer.send(text('42/other,["x"]'));
      peer.send(text("2"));
    });
    const socket = connect(server.port);
    await new Promise<void>((resolve) => socket.io.once("ping", resolve));
    expect(socket.receiveBuffer).toHaveLength(10_000);
    expect(round.memory() - before).toBeLessThan(10_000_000);
    socket.disconnect();
    server.close();
  }),
  attack("K-10", "heartbeats without end to a client whose answers nobody reads", async (round) => {
    const before = round.memory();
    const server = await RawServer.listen(({ socket, accept }) => {
      socket.write(responseText(accept));
      socket.write(Buffer.concat([text(OPEN), text(GRANTED)]));
      socket.pause();
      const pings = Buffer.concat(new Array(10_000).fill(text("2")));
      let left = 20;
      const pump = (): void => {
        while (left > 0 && !socket.destroyed) {
          left -= 1;
          if (!socket.write(pings)) {
            socket.once("drain", pump);
            return;
          }
        }
        if (!socket.destroyed) socket.write(text('42["the end"]'));
      };
      pump();
    });
    const socket = connect(server.port);
    await Promise.race([new Promise((resolve) => socket.once("the end", resolve)), endOf(socket)]);
    // 200,000 answers of seven bytes, and what each costs beside them.
    expect(round.memory() - before).toBeLessThan(30_000_000);
    socket.disconnect();
    server.close();
  }),
  attack("K-11", "answers to polls that are none, are pages, refusals, redirects, or break off", async () => {
    const answers: Handle[] = [
      (_request, response) => response.end(""),
      (_request, response) => response.end("<!doctype html><title>Log in</title>"),
      (_request, response) => response.end("\x1e"),
      (_request, response) => response.end("b!!!!"),
      (_request, response) => response.writeHead(302, { Location: "/elsewhere" }).end(),
      (_request, response) => response.writeHead(204).end(),
      (_request, response) => response.writeHead(500).end("x".repeat(1_000_000)),
      (_request, response) => response.writeHead(503, { "Retry-After": "1e999" }).end(),
      (_request, response) => {
        response.writeHead(200, { "Content-Length": "10" }).write("1", () => response.destroy());
      },
      (request) => request.socket.destroy(),
      (request) => request.socket.end("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
      (request) => request.socket.end(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(1_000_000)}\r\n\r\n`),
      (request) =>
        request.socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"),
      (_request, response) => {
        response.setHeader(
          "Set-Cookie",
          Array.from({ length: 100 }, (_, index) => `c${index}=${"x".repeat(100)}`),
        );
        response.writeHead(500).end();
      },
    ];
    for (const transports of [["polling"], ["sse"]]) {
      for (const handle of answers) {
        const server = await polling(handle);
        const socket = connect(server.port, { transports, withCredentials: true });
        expect(await endOf(socket)).toMatch(/^refused: (xhr poll error|parse error)/);
        socket.disconnect();
        server.close();
      }
    }
  }),
  attack(
    "K-11",
    "two million packets in one answer end the connection, and hold nobody up",
    async (round) => {
      const server = await polling((request, response) => {
        if (request.url?.includes("sid=")) response.end(`${"6\x1e".repeat(2_000_000)}6`);
        else response.end(OPEN);
      });
      const socket = connect(server.port, { transports: ["polling"] });
      const reason = await new Promise((resolve) => socket.io.once("close", resolve));
      expect(reason).toBe("parse error");
      await round.healthy.answered();
      socket.disconnect();
      server.close();
    },
  ),
  attack(
    "K-11",
    "an answer without end, and a stream whose line never ends: both end at 100 MiB",
    async () => {
      for (const transports of [["polling"], ["sse"]]) {
        const server = await polling((_request, response) => {
          response.writeHead(200, { "Content-Type": "text/event-stream" });
          const chunk = Buffer.alloc(1024 * 1024, transports[0] === "sse" ? "data: x" : "4x");
          const pump = (): void => {
            while (!response.destroyed) if (!response.write(chunk)) return void response.once("drain", pump);
          };
          pump();
        });
        const socket = connect(server.port, { transports, timeout: false });
        expect(await endOf(socket)).toMatch(/^refused: /);
        socket.disconnect();
        server.close();
      }
    },
    1,
  ),
  attack("K-3", "a server of polling that accepts and closes: the delays grow", async () => {
    // In one answer: a connection that stands for longer than the delay before it is a good one.
    const server = await polling((_request, response) => void response.end(`${OPEN}\x1e1`));
    const socket = connect(server.port, {
      transports: ["polling"],
      reconnection: true,
      reconnectionDelay: 20,
      randomizationFactor: 0,
    });
    // Taken in the client, which may be late but never early: what comes to the server may have been on its way for long.
    let closedAt = 0;
    const delays: number[] = [];
    socket.io.on("close", () => {
      closedAt = performance.now();
    });
    socket.io.on("reconnect_attempt", () => delays.push(performance.now() - closedAt));
    await expect.poll(() => delays.length).toBe(4);
    socket.disconnect();
    server.close();
    // Timers may come a millisecond early.
    for (const [index, delay] of delays.entries()) expect(delay).toBeGreaterThan(20 * 2 ** index - 2);
  }),
];
