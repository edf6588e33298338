import { io } from "baro/client";
import { expect } from "vitest";
import { WebSocket } from "../../src/entry/websocket.ts";
import { RawServer, responseText } from "../support/raw-peer.ts";
import { closePayload, peerOf, pong } from "../support/wire.ts";
import type { Attack } from "./attack.ts";
import { startWebSocketServer } from "./targets.ts";

const frame = peerOf("client");
const join = Buffer.concat;
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** The frames of class F, as a server sends them, and the code that the client answers them with. */
const REFUSED: readonly (readonly [name: string, bytes: Buffer, code: number])[] = [
  ...[0xc1, 0xa1, 0x91, 0xf1, 0xc9].map(
    (first) => [`F-1 ${first.toString(16)}`, frame(first), 1002] as const,
  ),
  ...[3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map(
    (code) => [`F-2 ${code}`, frame(0x80 | code), 1002] as const,
  ),
  ["F-3 in fragments", frame(0x09), 1002],
  ["F-3 too long", frame(0x89, "x".repeat(126)), 1002],
  ["F-4 masked", frame(0x81, "hi", { masked: true }), 1002],
  ["F-5 continuation first", frame(0x80, "a"), 1002],
  ["F-5 first fragment twice", join([frame(0x01, "a"), frame(0x01, "a")]), 1002],
  ["F-6 one byte", frame(0x88, "\x03"), 1002],
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535].map(
    (code) => [`F-6 ${code}`, frame(0x88, closePayload(code)), 1002] as const,
  ),
  ["F-6 reason", frame(0x88, hex("03e8ff")), 1007],
  ["F-7 the highest bit", hex("827fffffffffffffffff"), 1002],
  ["F-7 2^53", hex("827f0020000000000000"), 1009],
  ["F-8", hex("817e0005"), 1002],
  ["F-10", frame(0x81, hex("eda080")), 1007],
  ["F-13b", join([frame(0x01), ...new Array(1000).fill(frame(0x00))]), 1008],
  ["F-15", hex("827f0000000006400001"), 1009],
];

/** The next end of `client`: its error's code, and the code of `close`. */
function endOf(client: WebSocket): Promise<{ error: unknown; code: number }> {
  return new Promise((resolve) => {
    let error: unknown;
    client.on("error", (fault) => {
      error = (fault as { code?: unknown }).code ?? fault.message;
    });
    client.on("close", (code) => resolve({ error, code }));
  });
}

const attack = (id: string, name: string, run: Attack["run"], rounds?: number): Attack => ({
  ids: [id],
  name,
  // The healthy client stands beside it in the same process, which must live.
  start: () => startWebSocketServer(),
  run,
  ...(rounds !== undefined && { rounds }),
});

export const CLIENT: readonly Attack[] = [
  attack(
    "K-1",
    "the frames of class F: the connection fails with their codes, once, and nothing is thrown",
    async () => {
      for (const [name, bytes, code] of REFUSED) {
        let told: (names: string[]) => void = () => {};
        const names = new Promise<string[]>((resolve) => {
          told = resolve;
        });
        const server = await RawServer.listenWebSocket((peer) => {
          peer.send(bytes);
          void peer.ended.then(() => told(peer.names));
        });
        const client = new WebSocket(`ws://127.0.0.1:${server.port}/`, { maxFragments: 1000 });
        const end = await endOf(client);
        expect([name, ...(await names)]).toEqual([name, `close ${code}`]);
        expect([name, end.code]).toEqual([name, 1006]);
        expect(end.error).toMatch(/^WS_ERR_/);
        server.close();
      }
    },
  ),
  attack(
    "K-1",
    "F-9, F-11, F-12, F-17, F-18: what is allowed is taken, in turns",
    async ({ healthy }) => {
      const server = await RawServer.listenWebSocket((peer) => {
        peer.send(join([frame(0x01), frame(0x89, "p"), frame(0x00), frame(0x80), frame(0x8a)]));
        peer.send(
          join([
            ...new Array(20_000).fill(frame(0x81)),
            frame(0x88, closePayload(1000)),
            frame(0x81, "late"),
          ]),
        );
        void peer.arrived(2).then(() => expect(peer.names).toEqual([pong("p"), "close 1000"]));
      });
      const client = new WebSocket(`ws://127.0.0.1:${server.port}/`);
      let count = 0;
      client.on("message", () => {
        count += 1;
      });
      await healthy.answered();
      expect((await endOf(client)).code).toBe(1000);
      expect(count).toBe(20_001);
      server.close();
    },
    3,
  ),
  attack("K-2", "a redirect to itself ends at maxRedirects", async () => {
    let calls = 0;
    const server = await RawServer.listen(({ socket }) => {
      calls += 1;
      socket.end("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    const client = new WebSocket(`ws://127.0.0.1:${server.port}/`, {
      followRedirects: true,
      maxRedirects: 5,
    });
    expect((await endOf(client)).code).toBe(1006);
    expect(calls).toBe(6);
    server.close();
  }),
  attack("K-2", "credentials do not follow to another host", async () => {
    let request = "";
    const other = await RawServer.listen((call) => {
      request = call.request;
      call.socket.end(responseText(call.accept));
    });
    const first = await RawServer.listen(({ socket }) => {
      socket.end(
        `HTTP/1.1 302 Found\r\nLocation: http://localhost:${other.port}/\r\nConnection: close\r\n\r\n`,
      );
    });
    const client = new WebSocket(`ws://user:secret@127.0.0.1:${first.port}/`, {
      followRedirects: true,
      headers: { Authorization: "Bearer secret", Cookie: "secret=1" },
    });
    await endOf(client);
    expect(request).toMatch(/^GET \/ /);
    expect(request).not.toMatch(/secret/i);
    first.close();
    other.close();
  }),
  attack("K-2", "a redirect to what is no URL of a WebSocket fails", async () => {
    for (const location of ["ftp://127.0.0.1/", "http://[", "", "javascript:alert(1)"]) {
      const server = await RawServer.listen(({ socket }) => {
        socket.end(
          `HTTP/1.1 302 Found\r\nLocation: ${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
        );
      });
      const client = new WebSocket(`ws://127.0.0.1:${server.port}/`, {
        followRedirects: true,
        maxRedirects: 3,
      });
      expect((await endOf(client)).code).toBe(1006);
      server.close();
    }
  }),
  attack("K-6", "a URL of 10 KB goes out as it is", async () => {
    let request = "";
    const server = await RawServer.listen((call) => {
      request = call.request;
      call.socket.end();
    });
    const path = `/${"x".repeat(10_000)}`;
    await endOf(new WebSocket(`ws://127.0.0.1:${server.port}${path}`));
    expect(request.startsWith(`GET ${path} HTTP/1.1\r\n`)).toBe(true);
    server.close();
  }),
  attack(
    "K-6",
    "headers of 10 MB from the server end the handshake",
    async () => {
      const server = await RawServer.listen(({ socket }) => {
        socket.write(`HTTP/1.1 101 Switching Protocols\r\nX: ${"x".repeat(10_000_000)}`);
      });
      expect((await endOf(new WebSocket(`ws://127.0.0.1:${server.port}/`))).code).toBe(1006);
      server.close();
    },
    3,
  ),
  attack(
    "K-5",
    "offsets that are old, jump, are no text or a megabyte long: events come as they were sent",
    async () => {
      const offsets = ["b", "a", "a", "zzz", "x".repeat(1_000_000), 5, null, { a: 1 }, ""];
      const server = await RawServer.listenWebSocket((peer) => {
        peer.send(
          frame(
            0x81,
            `0${JSON.stringify({ sid: "s", upgrades: [], pingInterval: 1e5, pingTimeout: 1e5, maxPayload: 1e6 })}`,
          ),
        );
        void peer.arrived(1).then(() => {
          peer.send(frame(0x81, '40{"sid":"a","pid":"p"}'));
          for (const offset of offsets) peer.send(frame(0x81, `42${JSON.stringify(["event", offset])}`));
        });
      });
      const socket = io(`http://127.0.0.1:${server.port}`, { transports: ["websocket"], forceNew: true });
      const heard: unknown[] = [];
      await new Promise<void>((resolve) => {
        socket.on("event", (offset: unknown) => {
          if (heard.push(offset) === offsets.length) resolve();
        });
      });
      expect(heard).toEqual(offsets);
      socket.disconnect();
      server.close();
    },
  ),
  attack("K-7", "100,000 volatile events while offline: none is kept", async () => {
    const socket = io("http://127.0.0.1:1", { autoConnect: false, forceNew: true });
    for (let i = 0; i < 100_000; i += 1) socket.volatile.emit("event", i);
    expect(socket.sendBuffer).toHaveLength(0);
  }),
];
