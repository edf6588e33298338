import { once } from "node:events";
import { createServer } from "node:http";
import { connect as connectTcp } from "node:net";
import { Server } from "baro";
import { io as connect } from "baro/client";
import { io as connectPeer } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawPolling } from "../support/engine-client.ts";
import { ask, listen } from "../support/http.ts";

async function start() {
  const { server: http, port } = await listen(createServer());
  const io = new Server(http);
  const held: ((text: string) => void)[] = [];
  io.on("connection", (socket) => {
    socket.on("echo", (text, answer) => answer(text));
    socket.on("hold", (answer) => held.push(answer));
  });
  return { io, port, held };
}

const CLIENTS = [
  ["socket.io-client", connectPeer as unknown as typeof connect, ["websocket"]],
  ["socket.io-client", connectPeer as unknown as typeof connect, ["polling"]],
  ["our client", connect, ["websocket"]],
  ["our client", connect, ["polling"]],
] as const;

describe("a server that is drained", () => {
  it("does not wait for connections that nobody uses", async () => {
    const { io, port } = await start();
    const unused = connectTcp(port, "127.0.0.1");
    await once(unused, "connect");
    const closed = once(unused, "close");
    expect(await io.drain({ over: 0, timeout: 50 })).toEqual({ moved: 0, unanswered: 0 });
    await closed;
  });

  it.each(CLIENTS)("lets %s come back by itself (%#)", async (_name, client, transports) => {
    const { io, port } = await start();
    const socket = client(`http://127.0.0.1:${port}`, {
      transports: [...transports],
      forceNew: true,
      reconnectionDelay: 10,
    });
    onTestFinished(() => void socket.disconnect());
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    const reason = new Promise<string>((resolve) => socket.on("disconnect", resolve));
    const back = new Promise<void>((resolve) => socket.on("connect", resolve));
    expect(await io.drain({ over: 0 })).toEqual({ moved: 1, unanswered: 0 });
    expect(await reason).toBe("transport close");
    // The next server, at the same address.
    const http = createServer();
    const next = new Server(http);
    onTestFinished(() => next.close());
    await once(http.listen(port, "127.0.0.1"), "listening");
    await back;
    expect(next.engine.clientsCount).toBe(1);
  });

  it("turns new clients away, and serves those that are there, until all acknowledgements were given", async () => {
    const { io, port, held } = await start();
    const there = await RawPolling.open(port, { below: "/socket.io/" });
    const socket = connect(`http://127.0.0.1:${port}`, { transports: ["websocket"], reconnection: false });
    onTestFinished(() => void socket.disconnect());
    const answered = socket.emitWithAck("hold");
    await expect.poll(() => held.length).toBe(1);
    const drained = io.drain({ over: 0, retryAfter: 7 });
    const refused = await ask({ port, path: "/socket.io/?EIO=4&transport=polling" });
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "7"]);
    expect(
      (await ask({ port, path: "/socket.io/sse?room=a", headers: { Accept: "text/event-stream" } })).headers,
    ).toHaveProperty("retry-after", "7");
    expect(await socket.emitWithAck("echo", "still here")).toBe("still here");
    expect(await there.poll()).toEqual(["1"]);
    held[0]?.("at last");
    expect(await answered).toBe("at last");
    expect(await drained).toEqual({ moved: 2, unanswered: 0 });
  });
});
