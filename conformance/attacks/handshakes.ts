import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { answerTo } from "../support/answer-to.ts";
import { readHead, requestText } from "../support/raw-peer.ts";
import { closePayload, peerOf } from "../support/wire.ts";
import type { Round, Target } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { isFull, scale } from "./scale.ts";
import { startSocketIo, startWebSocketServer } from "./targets.ts";

const frame = peerOf("server");
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

/** An attack by handshakes: each is answered by one of `statuses`, and nothing behind it is read as HTTP. */
const refused = (
  ids: readonly string[],
  name: string,
  statuses: readonly number[],
  requests: (first: string) => readonly string[],
  targets = [startWebSocketServer, startSocketIo],
): Attack[] =>
  targets.map((start) => ({
    ids,
    name: `${name}, to ${start === startSocketIo ? "Socket.IO" : "WebSocketServer"}`,
    start: () => start(),
    async run({ target }: Round) {
      for (const request of requests(target.handshake)) {
        const answer = await answerTo(target.port, request + SMUGGLED);
        expect(statuses).toContain(Number(answer.slice(9, 12)));
        expect(answer).toMatch(/^connection: close\r$/im);
        expect(answer.match(/^HTTP\/1/gm)).toHaveLength(1);
      }
    },
  }));

/** An attack by handshakes that are harmless: each gets its 101, with no extension and no subprotocol. */
const harmless = (
  ids: readonly string[],
  name: string,
  requests: (first: string) => readonly string[],
): Attack[] =>
  [startWebSocketServer, startSocketIo].map((start) => ({
    ids,
    name: `${name}, to ${start === startSocketIo ? "Socket.IO" : "WebSocketServer"}`,
    // Without an extension of its own, a server would have none to mistake them for.
    start: () => start({ perMessageDeflate: true }),
    async run({ target }: Round) {
      for (const request of requests(target.handshake)) {
        const answer = await answerTo(target.port, request, true);
        expect(answer.slice(9, 12)).toBe("101");
        expect(answer).not.toMatch(/^sec-websocket-extensions:/im);
      }
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  }));

const extension = (first: string) => (value: string) =>
  requestText({ "Sec-WebSocket-Extensions": value }, first);
const protocols = (first: string) => (value: string | readonly string[]) =>
  requestText({ "Sec-WebSocket-Protocol": value }, first);
const key = (first: string) => (value: string | readonly string[] | undefined) =>
  requestText({ "Sec-WebSocket-Key": value }, first);
const version = (first: string) => (value: string | readonly string[] | undefined) =>
  requestText({ "Sec-WebSocket-Version": value }, first);

const many = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`X-${i}`, "1"]));

const ATTEMPTS = scale(20_000, 1_000);

/** Opens TCP connections that send half a request, some at a time, until each is refused or held. */
async function dialHalf(
  { port, handshake }: Target,
  count: number,
  addressOf: (index: number) => string,
): Promise<{ isOpen: () => number; close: () => void }> {
  const half = requestText({}, handshake).slice(0, 40);
  const open = new Set<Socket>();
  for (let i = 0; i < count; i += 1) {
    const socket = connect({ port, host: "127.0.0.1", localAddress: addressOf(i) });
    open.add(socket);
    socket.on("error", () => {}).resume();
    socket.once("close", () => open.delete(socket));
    socket.write(half);
    // No more at once than a listening socket has room for.
    if (i % 100 === 99) await once(socket, "connect");
  }
  return {
    isOpen: () => open.size,
    close: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

export const HANDSHAKES: readonly Attack[] = [
  ...refused(["H-1"], "2,500 headers in front", [400, 431], (first) => [
    requestText(many(), first).replace(/(\r\n)((?:(?!X-).*\r\n)*)((?:X-.*\r\n)*)/, "$1$3$2"),
  ]),
  ...harmless(["H-2"], "extensions by names of Object.prototype", (first) =>
    ["constructor", "x; toString=1", "hasOwnProperty; __proto__=1", "__proto__"].map(extension(first)),
  ),
  ...harmless(["H-3"], "a quoted value of backslashes", (first) => [
    extension(first)(`a; b="${"\\c".repeat(5000)}"`),
  ]),
  ...refused(["H-4"], "subprotocols", [400], (first) => [
    ...[`b${" ".repeat(14_000)}x`, "chat, chat", "a,,b", ",a", 'a"b', ""].map(protocols(first)),
    protocols(first)(["chat", "chat"]),
  ]),
  ...refused(["H-5"], "keys", [400], (first) =>
    [
      undefined,
      "",
      "dGhlIHNhbXBsZSBub25jZ",
      "!!!!!!!!!!!!!!!!!!!!!!==",
      ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="],
    ].map(key(first)),
  ),
  ...refused(["H-5"], "versions", [426], (first) => ["8", "12", "14", "abc", undefined].map(version(first))),
  ...refused(["H-6"], "another method, version or upgrade", [400, 405, 426], (first) => [
    requestText({}, first.replace("GET", "POST")),
    requestText({}, first.replace("HTTP/1.1", "HTTP/1.0")),
    requestText({ Upgrade: "h2c" }, first),
  ]),
  {
    ids: ["H-6"],
    name: "a plain GET on the path of a WebSocketServer: 426",
    start: startWebSocketServer,
    async run({ target }) {
      const answer = await answerTo(target.port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    },
  },
  {
    ids: ["H-6"],
    name: "Upgrade without Connection: upgrade is a plain request",
    start: startWebSocketServer,
    async run({ target }) {
      const answer = await answerTo(target.port, requestText({ Connection: "close" }, target.handshake));
      expect(answer).toMatch(/^HTTP\/1\.1 426 /);
    },
  },
  {
    ids: ["H-6"],
    name: "a WebSocket upgrade on polling: 400",
    start: startSocketIo,
    async run({ target }) {
      const answer = await answerTo(
        target.port,
        requestText({}, "GET /socket.io/?EIO=4&transport=polling HTTP/1.1"),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    },
  },
  ...refused(
    ["H-7"],
    "a failed upgrade with a request behind it, and upgrades with bodies",
    [400, 426],
    (first) => [
      version(first)("1337"),
      requestText({ "Content-Length": "5" }, first),
      requestText({ "Transfer-Encoding": "chunked" }, first),
    ],
  ),
  ...[startWebSocketServer, startSocketIo].flatMap((start): Attack[] => [
    {
      ids: ["H-8"],
      name: `an upgrade with the body "test", to ${start.name}`,
      start: () => start(),
      async run({ target }) {
        const answer = await answerTo(target.port, `${requestText({}, target.handshake)}test`);
        expect(answer).toMatch(/^HTTP\/1\.1 101 /);
        // The last frame says 1002.
        expect(answer).toContain("\x03\xea");
      },
    },
    {
      ids: ["H-8"],
      name: `an upgrade with half a frame in the same packet, to ${start.name}`,
      start: () => start(),
      async run({ target }) {
        const whole = frame(0x88, closePayload(1000));
        const socket = connect(target.port, "127.0.0.1");
        socket.write(Buffer.concat([Buffer.from(requestText({}, target.handshake)), whole.subarray(0, 5)]));
        await readHead(socket);
        socket.resume();
        socket.end(whole.subarray(5));
        await new Promise((resolve) => socket.once("close", resolve));
      },
    },
    {
      ids: ["H-9"],
      name: `resets in and behind the handshake, to ${start.name}`,
      // A reset on a path that nobody serves is seen when the wait for somebody who does is over.
      start: () => (start === startSocketIo ? startSocketIo({ destroyUpgradeTimeout: 50 }) : start()),
      async run({ target }) {
        for (let i = 0; i < 20; i += 1) {
          const socket = connect(target.port, "127.0.0.1");
          socket.on("error", () => {});
          const request = requestText({}, i % 4 === 0 ? "GET /unknown HTTP/1.1" : target.handshake);
          socket.write(i % 4 === 1 ? request.slice(0, 50) : request);
          if (i % 4 === 3) await readHead(socket);
          else await new Promise((resolve) => socket.once("connect", resolve));
          socket.resetAndDestroy();
        }
      },
    },
    {
      ids: ["H-11"],
      name: `1,000 handshakes that are never finished, to ${start.name}`,
      start: () => start(),
      async run({ target, healthy }) {
        const sockets = Array.from({ length: 1_000 }, () => {
          const socket = connect(target.port, "127.0.0.1");
          socket.on("error", () => {});
          socket.write(requestText({}, target.handshake).slice(0, 40));
          return socket;
        });
        await healthy.answered();
        const answer = await answerTo(target.port, requestText({}, target.handshake), true);
        expect(answer).toMatch(/^HTTP\/1\.1 101 /);
        for (const socket of sockets) socket.destroy();
      },
    },
    {
      ids: ["H-10"],
      name: `17 KiB of headers, to ${start.name}: 431`,
      start: () => start(),
      async run({ target }) {
        const answer = await answerTo(
          target.port,
          requestText({ "X-Long": "x".repeat(17_000) }, target.handshake),
        );
        expect(answer).toMatch(/^HTTP\/1\.1 431 /);
      },
    },
  ]),
  {
    ids: ["H-10"],
    name: "nothing at all, and headers a byte at a time: cut off at the time limit of a server of its own",
    start: startWebSocketServer,
    rounds: 1,
    async run({ target }) {
      const request = requestText({}, target.handshake);
      const silent = connect(target.port, "127.0.0.1");
      const dribbling = connect(target.port, "127.0.0.1");
      let answer = "";
      dribbling.on("data", (chunk) => {
        answer += chunk;
      });
      let at = 0;
      const dribble = setInterval(() => dribbling.write(request.charAt(at++)), 500);
      for (const socket of [silent, dribbling]) socket.on("error", () => {}).resume();
      await Promise.all([once(silent, "close"), once(dribbling, "close")]);
      clearInterval(dribble);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(at).toBeLessThan(request.length);
    },
  },
  {
    ids: ["H-11"],
    name: "1,000 handshakes from one address that are never finished: 100 are held, others still connect",
    start: () => startWebSocketServer({ maxConnectionsPerAddress: 100 }),
    rounds: 1,
    async run({ target, healthy }) {
      const { isOpen, close } = await dialHalf(target, 1_000, () => "127.0.0.2");
      await until(() => isOpen() === 100);
      await healthy.answered();
      expect(await answerTo(target.port, requestText({}, target.handshake), true)).toMatch(
        /^HTTP\/1\.1 101 /,
      );
      close();
    },
  },
  {
    ids: ["H-11"],
    name: `${ATTEMPTS} handshakes from many addresses that are never finished: 500 are held`,
    start: () => startWebSocketServer({ maxConnections: 500 }),
    rounds: isFull ? 3 : 1,
    async run({ target, healthy }) {
      const { isOpen, close } = await dialHalf(target, ATTEMPTS, (i) => `127.0.${1 + (i % 200)}.2`);
      // The healthy client is one of them.
      await until(() => isOpen() === 499);
      await healthy.answered();
      close();
    },
  },
  ...refused(
    ["H-13"],
    "pages of other origins",
    [403],
    (first) =>
      [
        "null",
        "https://evil.example",
        "https://good.example.evil.example",
        "https://good.example@evil.example",
        "http://good.example:444",
        "HTTPS://GOOD.EXAMPLE.evil",
        ["https://good.example", "https://evil.example"],
        "not an origin",
      ].map((origin) => requestText({ Host: "good.example", Origin: origin }, first)),
    [() => startWebSocketServer({ checkOrigin: true }), startSocketIo],
  ),
  {
    ids: ["H-13"],
    name: "the pages of its own origin may, and programs without an origin",
    start: () => startWebSocketServer({ checkOrigin: true }),
    async run({ target }) {
      for (const origin of ["http://good.example", "https://good.example", undefined]) {
        const request = requestText({ Host: "good.example", Origin: origin }, target.handshake);
        expect(await answerTo(target.port, request, true)).toMatch(/^HTTP\/1\.1 101 /);
      }
    },
  },
  ...harmless(["H-14"], "headers by names of Object.prototype, and Cookie twice", (first) => [
    requestText({ constructor: "x", hasOwnProperty: "y" }, first).replace("Host:", "__proto__: z\r\nHost:"),
    requestText({ Cookie: ["a=1", "b=2"] }, first),
  ]),
  ...refused(["H-14"], "NUL in a header, and a folded line", [400], (first) => [
    requestText({ "X-Nul": "a\0b" }, first),
    requestText({ "X-Folded": "a\r\n b" }, first),
  ]),
  ...[{}, { path: "/" }].map((options) => ({
    ids: ["H-15"],
    name: `targets that are no path, to WebSocketServer ${JSON.stringify(options)}`,
    start: () => startWebSocketServer(options),
    async run({ target }: Round) {
      for (const path of ["//", "//@:", "*", "http://[", "/%", "/%00", `/?${"x".repeat(8000)}`]) {
        const answer = await answerTo(target.port, requestText({}, `GET ${path} HTTP/1.1`), true);
        expect(answer).toMatch(/^HTTP\/1\.1 (101|400) /);
      }
    },
  })),
  ...refused(
    ["H-15"],
    "queries that are no query",
    [400],
    () =>
      [
        "transport=__proto__&EIO=4",
        "EIO=4&transport=websocket&sid=__proto__",
        "EIO=4&transport=websocket&sid=constructor",
        "EIO=4&EIO=3&transport=websocket",
        "EIO=4&transport=websocket&transport=polling",
        "EIO=4&transport=websocket&sid=x",
        "%",
        "%00",
        "x".repeat(8000),
      ].map((query) => requestText({}, `GET /socket.io/?${query} HTTP/1.1`)),
    [startSocketIo],
  ),
  {
    ids: ["H-16", "H-9"],
    name: "verifyClient answers twice, or after a reset",
    start: () =>
      startWebSocketServer({
        verifyClient: (info, callback) => {
          if (info.req.url === "/late") {
            // By then the reset is here: what is written to the socket is an error of the socket.
            setTimeout(() => callback(false), 20);
            return;
          }
          callback(info.req.url === "/", 401);
          setImmediate(() => callback(true));
          setImmediate(() => callback(false));
        },
      }),
    async run({ target }) {
      const answer = await answerTo(target.port, requestText({}, "GET /no HTTP/1.1"));
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer.match(/HTTP\/1/g)).toHaveLength(1);
      for (const path of ["/", "/late", "/late", "/late"]) {
        const socket = connect(target.port, "127.0.0.1");
        socket.on("error", () => {});
        socket.write(requestText({}, `GET ${path} HTTP/1.1`));
        await new Promise((resolve) => socket.once("connect", resolve));
        socket.resetAndDestroy();
      }
    },
  },
];
