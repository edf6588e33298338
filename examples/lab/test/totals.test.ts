import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "baro/websocket";
import { afterEach, describe, expect, it } from "vitest";
import { Gateway } from "../server/gateway.js";
import { limits } from "../server/limits.js";
import { Visit } from "../server/visit.js";
import type { Batch } from "../types.d.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that keeps all sockets that it ever had, so that they can be asked what they read and wrote. */
async function countedServer() {
  const sockets: Socket[] = [];
  const http = createServer((request, response) => {
    if (request.url === "/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("data: one\n\n");
      setImmediate(() => response.end("data: 둘\n\n"));
      return;
    }
    request.resume();
    request.on("end", () => response.end("x".repeat(70_000)));
  });
  http.on("connection", (socket) => sockets.push(socket));
  const wss = new WebSocketServer({ server: http });
  wss.on("connection", (ws) => ws.on("message", (data) => ws.send(data)));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  closers.push(() => {
    wss.close();
    http.closeAllConnections();
    http.close();
  });
  return { port: (http.address() as AddressInfo).port, sockets };
}

/** A site with one visitor, whose server is the counted one. */
async function siteBefore(port: number, network = { slow: false, blocked: false, proxied: false }) {
  const batches: Batch[] = [];
  const visit = new Visit({
    id: "v".repeat(22),
    address: "203.0.113.7",
    localAddress: undefined,
    limits: { ...limits, slow: { latency: 20, bytesPerSecond: 4 * 1024 * 1024, burstMs: 0 } },
    audience: { batch: (batch) => batches.push(batch), demo: () => {} },
    startDemo: () => ({ port, state: { state: "running" }, on() {}, stop() {}, dispose() {} }),
  });
  visit.change(network);
  const gateway = new Gateway({ find: (id) => (id === visit.id ? visit : undefined) }, limits);
  const http = createServer((request, response) => gateway.handle(request.url ?? "", request, response));
  http.on("upgrade", (request, socket, head) =>
    gateway.handleUpgrade(request.url ?? "", request, socket, head),
  );
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  closers.push(() => {
    visit.close();
    http.closeAllConnections();
    http.close();
  });
  const address = `127.0.0.1:${(http.address() as AddressInfo).port}/${visit.id}`;
  return { visit, batches, address };
}

const sum = (numbers: number[]) => numbers.reduce((all, each) => all + each, 0);

describe("the totals of a visit", () => {
  it.each([
    ["a fast network", false],
    ["a slow network", true],
  ])("are those of the sockets themselves, over %s", async (_name, slow) => {
    const server = await countedServer();
    const { visit, address } = await siteBefore(server.port, { slow, blocked: false, proxied: true });

    await (await fetch(`http://${address}/polling/news?after=1`)).text();
    await (
      await fetch(`http://${address}/polling/answers`, { method: "POST", body: "y".repeat(3_000) })
    ).text();
    expect(await (await fetch(`http://${address}/sse/stream`)).text()).toBe("data: one\n\ndata: 둘\n\n");
    const ws = new WebSocket(`ws://${address}/websocket/ws`);
    ws.on("open", () => ws.send("z".repeat(70_000)));
    const [echo] = await once(ws, "message");
    expect(echo).toHaveLength(70_000);
    ws.close();
    await once(ws, "close");

    const totals = Object.values(visit.totals);
    expect(server.sockets).toHaveLength(4);
    expect(sum(totals.map(({ up }) => up))).toBe(sum(server.sockets.map(({ bytesRead }) => bytesRead)));
    expect(sum(totals.map(({ down }) => down))).toBe(
      sum(server.sockets.map(({ bytesWritten }) => bytesWritten)),
    );
    expect(visit.totals).toMatchObject({
      polling: { requests: 2 },
      sse: { requests: 1 },
      websocket: { requests: 1 },
      socketio: { up: 0, down: 0, requests: 0 },
    });
  });

  it("are what the marks add up to", async () => {
    const server = await countedServer();
    const { visit, batches, address } = await siteBefore(server.port);
    await (await fetch(`http://${address}/polling/news`)).text();
    await (await fetch(`http://${address}/sse/stream`)).text();
    const ws = new WebSocket(`ws://${address}/websocket/ws`);
    ws.on("open", () => ws.send("hello"));
    await once(ws, "message");
    ws.close();
    await once(ws, "close");
    await expect
      .poll(() => batches.flatMap(({ marks }) => marks).filter(({ kind }) => kind === "end").length)
      .toBe(3);

    const marks = batches.flatMap((batch) => batch.marks);
    for (const technique of ["polling", "websocket"] as const) {
      for (const way of ["up", "down"] as const) {
        const marked = sum(
          marks.filter((m) => m.technique === technique && m.way === way).map((m) => m.bytes),
        );
        expect([technique, way, marked]).toEqual([technique, way, visit.totals[technique][way]]);
      }
    }
    // The end of the chunks, "0\r\n\r\n", is of no event, unless it came along with one.
    const streamed = sum(marks.filter((m) => m.technique === "sse" && m.way === "down").map((m) => m.bytes));
    expect([0, 5]).toContain(visit.totals.sse.down - streamed);
  });
});
