import { createServer, type RequestListener } from "node:http";
import { Server, type ServerOptions } from "baro";
import { describe, expect, it, onTestFinished } from "vitest";
import { io as connect, type TransportClass } from "../../src/entry/client.node.ts";
import { SSE as SseOfPages } from "../../src/web/sse.ts";
import { ask, listen } from "../support/http.ts";

async function start(options: ServerOptions = {}) {
  const { server: http, port } = await listen(createServer());
  const io = new Server(http, options);
  io.on("connection", (socket) => {
    socket.on("echo", (value, answer) => answer(value));
    socket.on("join", (room, answer) => {
      socket.join(room);
      answer();
    });
  });
  const open = (transports: (string | TransportClass)[]) => {
    const socket = connect(`http://127.0.0.1:${port}`, { transports, forceNew: true, reconnectionDelay: 10 });
    onTestFinished(() => void socket.disconnect());
    return socket;
  };
  return { io, port, open };
}

describe("Socket.IO over Server-Sent Events", () => {
  it("carries text, line breaks, bytes and acknowledgements both ways, and stays where it is", async () => {
    const { io, open } = await start();
    const socket = open(["sse", "websocket"]);
    for (const value of ["hello", "line\r\nbreaks\n", Buffer.from([0, 10, 13, 255]), { deep: ["바로"] }]) {
      expect(await socket.emitWithAck("echo", value)).toEqual(value);
    }
    const [here] = await io.fetchSockets();
    expect(io.sockets.sockets.get(here?.id ?? "")?.conn.transport.name).toBe("sse");
    expect(socket.io.engine.transport.name).toBe("sse");
  });

  it("is the same by fetch, as pages have it", async () => {
    const { open } = await start();
    const socket = open([SseOfPages]);
    for (const value of ["hello", "line\r\nbreaks\n", { deep: ["바로"] }]) {
      expect(await socket.emitWithAck("echo", value)).toEqual(value);
    }
    const bytes = await socket.emitWithAck("echo", Uint8Array.of(0, 10, 13, 255));
    expect(new Uint8Array(bytes)).toEqual(Uint8Array.of(0, 10, 13, 255));
    expect(socket.io.engine.transport.name).toBe("sse");
  });

  it("by fetch shows a refusal, a stream that is none, and one that breaks off", async () => {
    const answers: RequestListener[] = [
      (_request, response) => response.writeHead(503, { "Retry-After": "7" }).end("full"),
      (_request, response) => response.end("<!doctype html>"),
      (_request, response) => response.writeHead(200).write("data: ", () => response.destroy()),
    ];
    const http = createServer((...call) => answers[0]?.(...call));
    const { port } = await listen(http);
    const errors: unknown[] = [];
    while (answers.length > 0) {
      const socket = connect(`http://127.0.0.1:${port}`, {
        transports: [SseOfPages],
        forceNew: true,
        reconnection: false,
      });
      errors.push(await new Promise((resolve) => socket.once("connect_error", resolve)));
      socket.disconnect();
      answers.shift();
    }
    expect(errors).toEqual([
      expect.objectContaining({ description: 503, retryIn: 7_000 }),
      expect.objectContaining({ description: 0 }),
      expect.objectContaining({ description: 0 }),
    ]);
  });

  it("hears the same broadcasts as the others, in order", async () => {
    const { io, open } = await start();
    const sockets = [open(["sse"]), open([SseOfPages]), open(["polling"]), open(["websocket"])];
    const heard = sockets.map(() => [] as number[]);
    sockets.forEach((socket, index) => void socket.on("n", (n) => heard[index]?.push(n)));
    for (const socket of sockets) await socket.emitWithAck("join", "room");
    const numbers = Array.from({ length: 500 }, (_, n) => n);
    for (const n of numbers) io.to("room").emit("n", n);
    await expect.poll(() => heard.map((each) => each.length)).toEqual([500, 500, 500, 500]);
    expect(heard).toEqual([numbers, numbers, numbers, numbers]);
  });

  it("comes back after its connection was lost", async () => {
    const { io, open } = await start();
    const socket = open(["sse"]);
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    const back = new Promise<void>((resolve) => socket.once("connect", resolve));
    const reason = new Promise<string>((resolve) => socket.on("disconnect", resolve));
    for (const { conn } of io.sockets.sockets.values()) conn.close();
    expect(await reason).toBe("transport close");
    await back;
    expect(await socket.emitWithAck("echo", 1)).toBe(1);
  });

  it("takes one GET and any number of POSTs, and is no business of other transports", async () => {
    const { port } = await start();
    const path = "/socket.io/?EIO=4&transport=sse";
    const events: string[] = [];
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    events.push((await reader?.read())?.value ?? "");
    const { sid, upgrades } = JSON.parse(events[0]?.match(/^data: 0(.*)\n\n$/)?.[1] ?? "{}");
    expect(upgrades).toEqual([]);
    const status = async (method: string, query: string, body?: string) =>
      (
        await ask({
          port,
          path: `/socket.io/?EIO=4&${query}`,
          method,
          ...(body === undefined ? {} : { body }),
        })
      ).status;
    expect(await status("GET", `transport=sse&sid=${sid}`)).toBe(400);
    expect(await status("POST", `transport=polling&sid=${sid}`, "40")).toBe(400);
    expect(await status("GET", `transport=polling&sid=${sid}`)).toBe(400);
    expect(await status("POST", `transport=sse&sid=${sid}`, "40")).toBe(200);
    expect((await reader?.read())?.value).toMatch(/^data: 40\{"sid":"/);
    await reader?.cancel();
  });

  it("can be switched off", async () => {
    const { port } = await start({ transports: ["polling", "websocket"] });
    const { status, body } = await ask({ port, path: "/socket.io/?EIO=4&transport=sse" });
    expect([status, JSON.parse(body).code]).toEqual([400, 0]);
  });
});
