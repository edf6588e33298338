import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EchoServer, startEchoServer } from "./echo-server.ts";

let server: EchoServer;
let plainRequests = 0;
const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);

beforeEach(async () => {
  server = await startEchoServer();
  plainRequests = 0;
  server.http.on("request", () => {
    plainRequests += 1;
  });
  process.on("uncaughtException", note);
});
afterEach(async () => {
  await server.close();
  process.off("uncaughtException", note);
  expect(uncaught.splice(0)).toEqual([]);
});

/** The whole answer, up to the end of TCP. */
async function answerTo(bytes: string): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return answer;
}

const request = (headers: Record<string, string>, first = "GET /ws HTTP/1.1") => {
  const all: Record<string, string> = {
    Host: "x",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ...headers,
  };
  return `${first}\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
};
const SMUGGLED = "GET /internal HTTP/1.1\r\nHost: x\r\n\r\n";

describe("a refused upgrade", () => {
  const refused: [string, string, number][] = [
    ["H-5 another version", request({ "Sec-WebSocket-Version": "1337" }), 426],
    ["H-5 a short key", request({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j" }), 400],
    ["H-6 POST", request({}, "POST /ws HTTP/1.1"), 405],
    ["H-6 another protocol", request({ Upgrade: "h2c" }), 426],
    ["H-7 a body by length", request({ "Content-Length": "5" }), 400],
    ["H-7 a body by chunks", request({ "Transfer-Encoding": "chunked" }), 400],
  ];
  for (const [name, bytes, status] of refused) {
    it(`${name}: ${status}, and what follows is never read as HTTP`, async () => {
      const answer = await answerTo(bytes + SMUGGLED);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toContain("\r\nConnection: close\r\n");
      expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
      expect(plainRequests).toBe(0);
    });
  }

  it("says the version, and how long the sentence is", async () => {
    const answer = await answerTo(request({ "Sec-WebSocket-Version": "8" }));
    expect(answer).toContain("\r\nSec-WebSocket-Version: 13\r\n");
    const [head, body] = answer.split("\r\n\r\n");
    expect(head).toContain(`Content-Length: ${body?.length}`);
  });

  it("H-7 destroys TCP also when the peer keeps its side open", async () => {
    const closed = new Promise((resolve) => {
      server.http.once("connection", (socket) => socket.once("close", resolve));
    });
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.resume();
    socket.write(request({ "Sec-WebSocket-Version": "8" }));
    await once(socket, "end");
    await closed;
    socket.destroy();
  });

  it("H-9 survives a peer that resets at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      socket.write(request(round % 2 === 0 ? { Upgrade: "h2c" } : {}));
      socket.resetAndDestroy();
      await once(socket, "close");
    }
    expect(await answerTo(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).toContain("plain");
  });
});
