import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { EngineOptions } from "../../../src/node/http/engine-options.ts";
import { message, startEngine } from "../../support/engine-app.ts";

/** A client of ws behind whose back the bytes are counted. */
async function open(options: EngineOptions, perMessageDeflate = true) {
  const { port, sessions } = await startEngine(options);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket`, {
    perMessageDeflate,
  });
  const messages: string[] = [];
  let wanted = () => {};
  socket.on("message", (data) => {
    messages.push(String(data));
    wanted();
  });
  const until = (count: number): Promise<string[]> =>
    new Promise((resolve) => {
      wanted = () => {
        if (messages.length >= count) resolve(messages);
      };
      wanted();
    });
  await until(1);
  const tcp = (socket as unknown as { _socket: { bytesRead: number } })._socket;
  return { socket, session: sessions[0], messages, until, bytesRead: () => tcp.bytesRead };
}

describe("perMessageDeflate", () => {
  const long = "x".repeat(10_000);

  it("is off by default", async () => {
    const { socket } = await open({});
    expect(socket.extensions).toBe("");
    socket.terminate();
  });

  it.each([true, { threshold: 100, serverNoContextTakeover: false }])(
    "compresses what is long, in order, with attachments: %j",
    async (perMessageDeflate) => {
      const { socket, session, messages, until, bytesRead } = await open({ perMessageDeflate });
      expect(socket.extensions).toContain("permessage-deflate");
      const before = bytesRead();
      session?.send(message(long));
      session?.send(message("short"));
      session?.send(message("51-", [Buffer.from(long)]));
      await until(5);
      expect(messages.slice(1)).toEqual([`4${long}`, "4short", "451-", long]);
      expect(bytesRead() - before).toBeLessThan(1000);
      socket.send(`4${long}`);
      await until(6);
      expect(messages.at(-1)).toBe(`4${long}`);
      socket.terminate();
    },
  );

  it("leaves alone what is not to be compressed, and peers that do not take it", async () => {
    const agreed = await open({ perMessageDeflate: true });
    const outgoing = message(long);
    outgoing.compress = false;
    const before = agreed.bytesRead();
    agreed.session?.send(outgoing);
    await agreed.until(2);
    expect(agreed.bytesRead() - before).toBeGreaterThan(10_000);
    agreed.socket.terminate();
    const plain = await open({ perMessageDeflate: true }, false);
    plain.session?.send(message(long));
    expect((await plain.until(2))[1]).toBe(`4${long}`);
    expect(plain.socket.extensions).toBe("");
    plain.socket.terminate();
  });

  it("sends one message to those who compress and to those who do not", async () => {
    const { port, sessions } = await startEngine({ perMessageDeflate: true });
    const heard = [true, false].map((perMessageDeflate) => {
      const url = `ws://127.0.0.1:${port}/engine.io/?EIO=4&transport=websocket`;
      const socket = new WebSocket(url, { perMessageDeflate });
      return new Promise((resolve) => {
        socket.on("message", (data) => {
          const text = String(data);
          if (!text.startsWith("4")) return;
          resolve(text);
          socket.terminate();
        });
        socket.on("open", () => {
          if (sessions.length < 2) return;
          const outgoing = message(long);
          for (const session of sessions) session.send(outgoing);
        });
      });
    });
    expect(await Promise.all(heard)).toEqual([`4${long}`, `4${long}`]);
  });

  it("refuses options out of their range", async () => {
    await expect(startEngine({ perMessageDeflate: { serverMaxWindowBits: 99 } })).rejects.toThrow();
  });
});
