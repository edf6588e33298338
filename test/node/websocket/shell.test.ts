import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { frame, serverFrame } from "../../websocket/recorder.ts";
import { echo, openClient, openRaw, REQUEST } from "./echo-client.ts";
import { type EchoServer, startEchoServer, TestShell, until } from "./echo-server.ts";

let server: EchoServer;
const uncaught: unknown[] = [];
const note = (error: unknown) => uncaught.push(error);

beforeEach(async () => {
  server = await startEchoServer({ maxQueued: 1024 * 1024 });
  process.on("uncaughtException", note);
});
afterEach(async () => {
  await server.close();
  process.off("uncaughtException", note);
  expect(uncaught.splice(0)).toEqual([]);
});

describe("with the client of ws", () => {
  it("echoes text and binary of every boundary length", async () => {
    const client = await openClient(server.port);
    for (const length of [0, 1, 125, 126, 127, 65535, 65536, 3_000_000]) {
      const sent = Buffer.alloc(length, "Zażółć gęślą jaźń ");
      const answer = once(client, "message");
      client.send(sent);
      const [data, isBinary] = await answer;
      expect(isBinary).toBe(true);
      expect(Buffer.compare(data, sent)).toBe(0);
    }
    expect(await echo(client, "한국어 😀")).toBe("한국어 😀");
    client.close();
  });

  it("answers a ping, and has its own answered", async () => {
    const arrival = server.next();
    const client = await openClient(server.port);
    const shell = await arrival;
    const pong = once(client, "pong");
    client.ping("there?");
    expect(String((await pong)[0])).toBe("there?");
    const ping = once(client, "ping");
    shell.sendPing("and you?");
    await ping;
    await echo(client, "after");
    expect(shell.messages).toEqual(["ping there?", "pong and you?", "after"]);
    client.close();
  });

  it("closes when the client does", async () => {
    const arrival = server.next();
    const client = await openClient(server.port);
    const gone = once(client, "close");
    client.close(4001, "bye");
    expect(await (await arrival).over).toEqual({ code: 4001, reason: "bye", error: undefined });
    expect((await gone)[0]).toBe(4001);
  });

  it("agrees to a subprotocol", async () => {
    const client = new WebSocket(`ws://127.0.0.1:${server.port}`, ["chat.v2", "chat.v1"]);
    await once(client, "open");
    expect(client.protocol).toBe("chat.v2");
    client.close();
  });
});

describe("with a bare TCP client", () => {
  it("H-8 takes frames that come in one packet with the handshake", async () => {
    const arrival = server.next();
    const socket = await openRaw(
      server.port,
      Buffer.concat([frame(0x81, "early"), frame(0x81, "bird").subarray(0, 8)]),
    );
    const shell = await arrival;
    shell.onMessage = () => {};
    socket.write(frame(0x81, "bird").subarray(8));
    socket.write(frame(0x88));
    await shell.over;
    expect(shell.messages).toEqual(["early", "bird"]);
    socket.destroy();
  });

  it("H-8 fails a body that is no frame with 1002", async () => {
    const arrival = server.next();
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    const bytes: Buffer[] = [];
    socket.on("data", (chunk) => bytes.push(chunk));
    socket.write(`${REQUEST}test`);
    expect((await (await arrival).over).error?.closeCode).toBe(1002);
    await once(socket, "end");
    const all = Buffer.concat(bytes);
    const close = all.subarray(all.indexOf("\r\n\r\n") + 4);
    expect([close[0], close.readUInt16BE(2)]).toEqual([0x88, 1002]);
    socket.destroy();
  });

  it("H-9 survives a reset right behind the handshake, and inside a message", async () => {
    for (const behind of [Buffer.alloc(0), frame(0x81, "half").subarray(0, 7)]) {
      const arrival = server.next();
      const socket = await openRaw(server.port, behind);
      const shell = await arrival;
      socket.resetAndDestroy();
      expect(await shell.over).toEqual({ code: 1006, reason: "", error: undefined });
    }
    expect(await echo(await openClient(server.port), "alive")).toBe("alive");
  });

  it("ends a connection whose peer sends FIN without close", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    socket.resume();
    socket.end();
    expect((await shell.over).code).toBe(1006);
    await once(socket, "close");
  });

  it("hands out what came before the FIN, however much it is", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    shell.onMessage = () => {};
    socket.resume();
    socket.end(Buffer.concat(new Array(5000).fill(frame(0x81, "x"))));
    expect((await shell.over).code).toBe(1006);
    expect(shell.messages).toHaveLength(5000);
  });

  it("F-9 ignores what comes after close, and ends TCP", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    socket.resume();
    socket.write(Buffer.concat([frame(0x88), frame(0x81, "late")]));
    socket.write(frame(0x81, "later"));
    await once(socket, "end");
    expect(shell.messages).toEqual([]);
    expect(await shell.over).toEqual({ code: 1005, reason: "", error: undefined });
    socket.destroy();
  });

  it("F-17 serves others while 100,000 tiny frames wait", async () => {
    const healthy = await openClient(server.port);
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    // How many frames are handled from one check phase to the next.
    let most = 0;
    let count = 0;
    shell.onMessage = () => {
      if (count === 0) setImmediate(() => (count = 0));
      count += 1;
      most = Math.max(most, count);
    };
    socket.write(Buffer.concat(new Array(100_000).fill(frame(0x81))));
    let behind = 0;
    for (let round = 0; round < 20; round += 1) {
      await echo(healthy, "still here");
      if (shell.messages.length < 100_000) behind += 1;
    }
    expect(behind).toBeGreaterThan(0);
    socket.write(frame(0x88));
    await shell.over;
    expect(shell.messages).toHaveLength(100_000);
    expect(most).toBeLessThanOrEqual(512);
    socket.destroy();
    healthy.close();
  });

  it("pauses and resumes without losing or reordering", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    shell.onMessage = () => shell.pause();
    socket.write(Buffer.concat(Array.from({ length: 600 }, (_, i) => frame(0x81, `${i}`))));
    for (let seen = 1; seen <= 600; seen += 1) {
      await until(() => shell.messages.length === seen);
      shell.resume();
    }
    expect(shell.messages).toEqual(Array.from({ length: 600 }, (_, i) => `${i}`));
    socket.destroy();
  });
});

describe("a listener that throws", () => {
  it("keeps the connection and the frames behind", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    const own = new Error("the listener's own");
    shell.onMessage = (data) => {
      if (String(data) === "a") throw own;
    };
    socket.write(Buffer.concat([frame(0x81, "a"), frame(0x81, "b"), frame(0x88)]));
    await shell.over;
    expect(shell.messages).toEqual(["a", "b"]);
    expect(uncaught.splice(0)).toEqual([own]);
    socket.destroy();
  });
});

describe("time bounds", () => {
  it("F-19 cuts off a peer that does not answer close", async () => {
    const strict = await startEchoServer({ closeTimeout: 100 });
    const arrival = strict.next();
    const socket = connect(strict.port, "127.0.0.1");
    socket.write(REQUEST);
    const shell = await arrival;
    socket.resume();
    shell.close(1000);
    expect(await shell.over).toEqual({ code: 1006, reason: "", error: undefined });
    await once(socket, "close");
    await strict.close();
  });

  it("F-9 ends TCP when a peer does not, its close handshake done", async () => {
    const strict = await startEchoServer({ closeTimeout: 100 });
    const closed = new Promise((resolve) => {
      strict.http.once("connection", (socket) => socket.once("close", resolve));
    });
    const socket = connect({ port: strict.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.resume();
    socket.write(Buffer.concat([Buffer.from(REQUEST), frame(0x88)]));
    await closed;
    socket.destroy();
    await strict.close();
  });

  it("K-1 a client ends TCP when its server does not", async () => {
    const peer = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => {});
      socket.write(serverFrame(0x88));
    });
    peer.listen(0, "127.0.0.1");
    await once(peer, "listening");
    const socket = connect((peer.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    const shell = new TestShell("client", socket, { closeTimeout: 100 });
    shell.start();
    expect(await shell.over).toEqual({ code: 1005, reason: "", error: undefined });
    await once(socket, "close");
    peer.close();
  });

  it("F-13c cuts off a message that stands still", async () => {
    const strict = await startEchoServer({ messageTimeout: 100 });
    const arrival = strict.next();
    const socket = connect(strict.port, "127.0.0.1");
    socket.write(Buffer.concat([Buffer.from(REQUEST), frame(0x01, "never finished")]));
    const shell = await arrival;
    socket.resume();
    expect((await shell.over).error?.code).toBe("WS_ERR_MESSAGE_TIMEOUT");
    await once(socket, "close");
    await strict.close();
  });

  it("F-13c leaves a connection alone whose message came in time", async () => {
    const arrival = server.next();
    const socket = await openRaw(server.port);
    const shell = await arrival;
    shell.onMessage = () => {};
    const whole = frame(0x81, "in two chunks");
    socket.write(whole.subarray(0, 9));
    await until(() => Number.isFinite(shell.deadline));
    socket.write(whole.subarray(9));
    await until(() => shell.messages.length === 1);
    // The time of that message is over.
    shell.tick();
    expect(shell.deadline).toBe(Number.POSITIVE_INFINITY);
    socket.write(frame(0x81, "still here"));
    await until(() => shell.messages.length === 2);
    expect(shell.messages).toEqual(["in two chunks", "still here"]);
    socket.destroy();
  });
});
