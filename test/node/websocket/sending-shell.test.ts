import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { frame } from "../../websocket/recorder.ts";
import { echo, openClient, openRaw } from "./echo-client.ts";
import { type EchoServer, startEchoServer, until } from "./echo-server.ts";

let server: EchoServer;

beforeEach(async () => {
  server = await startEchoServer({ maxQueued: 1024 * 1024 });
});
afterEach(() => server.close());

describe("what a peer gets", () => {
  it("keeps the order of a thousand messages in flight", async () => {
    const client = await openClient(server.port);
    const got: string[] = [];
    const all = new Promise<void>((resolve) => {
      client.on("message", (data) => {
        if (got.push(String(data)) === 1000) resolve();
      });
    });
    const sent = Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd((i * 37) % 3000, "x"));
    for (const text of sent) client.send(text);
    await all;
    expect(got).toEqual(sent);
    client.close();
  });

  it("closes when the server does, behind everything that was sent", async () => {
    const arrival = server.next();
    const client = await openClient(server.port);
    const shell = await arrival;
    const got: string[] = [];
    client.on("message", (data) => got.push(String(data)));
    const gone = once(client, "close");
    shell.send("one");
    shell.send("two");
    shell.close(4002, "enough");
    shell.send("too late");
    const [code, reason] = await gone;
    expect([code, String(reason)]).toEqual([4002, "enough"]);
    expect(got).toEqual(["one", "two"]);
    expect(await shell.over).toEqual({ code: 4002, reason: "enough", error: undefined });
  });
});

describe("a peer that reads too slowly", () => {
  it("cuts off a reader that stops, at maxQueued, and serves the others", async () => {
    const healthy = await openClient(server.port);
    const arrival = server.next();
    const socket = await openRaw(server.port);
    socket.pause();
    const shell = await arrival;
    const block = Buffer.alloc(64 * 1024);
    let most = 0;
    while (shell.state === "open") {
      shell.send(block, false);
      await new Promise(setImmediate);
      most = Math.max(most, shell.queued);
      expect(await echo(healthy, "fine")).toBe("fine");
    }
    expect((await shell.over).error?.code).toBe("WS_ERR_SLOW_READER");
    expect(most).toBeLessThanOrEqual(1024 * 1024 + 2 * block.length);
    expect(most).toBeGreaterThan(512 * 1024);
    socket.destroy();
    healthy.close();
  });

  it("F-18 is full while the peer does not read, answers the last ping then, and says drained", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    socket.pause();
    const shell = await arrival;
    await until(() => {
      if (!shell.full) shell.send(Buffer.alloc(64 * 1024), false);
      return shell.full;
    });
    for (let i = 0; i < 50; i += 1) socket.write(frame(0x89, `${i}`.padStart(2, "0")));
    await until(() => shell.messages.length === 50);
    const drained = shell.drain();
    // The messages are zeros, so that every 8a begins a pong.
    const bytes: Buffer[] = [];
    let tail = "";
    socket.on("data", (chunk) => {
      bytes.push(chunk);
      tail = (tail + chunk.toString("hex")).slice(-8);
      if (tail === "8a023439") socket.destroy();
    });
    socket.resume();
    await drained;
    expect(shell.full).toBe(false);
    await once(socket, "close");
    expect(Buffer.concat(bytes).filter((byte) => byte === 0x8a)).toHaveLength(1);
    expect(shell.drains).toBe(1);
  });
});
