import type { Socket } from "baro";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { RawPolling, RawWebSocket } from "../../test/support/engine-client.ts";
import { ask } from "../../test/support/http.ts";
import { next, pairs, Stage } from "./pairs.ts";

// The protocols packet by packet, over bare HTTP and WebSocket: what the specifications of Engine.IO 4 and Socket.IO 5
// say that a server answers. Both servers are held to it.
const servers = pairs.filter(({ client }) => client === "socket.io-client");

const BELOW = "/socket.io/";
// Times that no test comes to see, however slow the machine is; those that wait for one ask for shorter ones.
const OPTIONS = { pingInterval: 25_000, pingTimeout: 20_000, upgradeTimeout: 10_000, connectTimeout: 45_000 };

interface Opening {
  readonly sid: string;
}

describe.each(servers)("the wire of $server", (pair) => {
  let stage: Stage;
  let port: number;
  const start = async (options: Partial<typeof OPTIONS> = {}) => {
    stage = await Stage.open(pair, { ...OPTIONS, ...options });
    port = Number(new URL(stage.url).port);
    stage.io.on("connection", (socket) => {
      socket.emit("auth", socket.handshake.auth);
      socket.on("message", (...args: unknown[]) => socket.emit("message-back", ...args));
      socket.on("message-with-ack", (...args: unknown[]) => {
        const ack = args.pop() as (...answer: unknown[]) => void;
        ack(...args);
      });
    });
    stage.io.of("/custom").on("connection", (socket) => socket.emit("auth", socket.handshake.auth));
  };
  /** Begins anew with other times. */
  const restart = async (options: Partial<typeof OPTIONS>) => {
    await stage.close();
    await start(options);
  };
  beforeEach(() => start());
  afterEach(() => stage.close());

  const poll = () => RawPolling.open(port, { below: BELOW });
  const dial = (query = "") => RawWebSocket.open(port, query, { below: BELOW });
  /** After the handshake of Engine.IO. */
  const open = async () => {
    const peer = await dial();
    expect(await peer.next()).toMatch(/^0\{/);
    return peer;
  };
  /** After CONNECT, too. */
  const join = async () => {
    const accepted = next(stage.io, "connection");
    const peer = await open();
    peer.send("40");
    expect(await peer.next()).toMatch(/^40\{"sid":"[^"]+"\}$/);
    expect(await peer.next()).toBe('42["auth",{}]');
    const [socket] = (await accepted) as [Socket];
    return { peer, socket };
  };

  describe("Engine.IO", () => {
    it("opens a session over polling", async () => {
      const answer = await ask({ port, path: `${BELOW}?EIO=4&transport=polling` });
      expect(answer.status).toBe(200);
      expect(answer.headers["content-type"]).toBe("text/plain; charset=UTF-8");
      const opening = JSON.parse(answer.body.slice(1)) as Opening;
      expect(answer.body[0]).toBe("0");
      expect(Object.keys(opening)).toEqual(["sid", "upgrades", "pingInterval", "pingTimeout", "maxPayload"]);
      expect(opening).toMatchObject({
        upgrades: ["websocket"],
        pingInterval: 25_000,
        pingTimeout: 20_000,
        maxPayload: 1_000_000,
      });
      expect(typeof opening.sid).toBe("string");
    });

    it("opens a session over WebSocket, with no upgrade to offer", async () => {
      const opening = JSON.parse(String(await (await dial()).next()).slice(1)) as Opening;
      expect(opening).toMatchObject({
        upgrades: [],
        pingInterval: 25_000,
        pingTimeout: 20_000,
        maxPayload: 1_000_000,
      });
    });

    it.each<[query: string, method: string, code: number, message: string]>([
      ["EIO=4", "GET", 0, "Transport unknown"],
      ["EIO=4&transport=abc", "GET", 0, "Transport unknown"],
      ["EIO=4&transport=polling&sid=abc", "GET", 1, "Session ID unknown"],
      ["EIO=4&transport=polling&sid=abc", "POST", 1, "Session ID unknown"],
      ["EIO=4&transport=polling", "POST", 2, "Bad handshake method"],
      ["EIO=4&transport=polling", "PUT", 2, "Bad handshake method"],
      ["EIO=4&transport=websocket", "GET", 3, "Bad request"],
      ["EIO=3&transport=polling", "GET", 5, "Unsupported protocol version"],
      ["EIO=abc&transport=polling", "GET", 5, "Unsupported protocol version"],
      ["transport=polling", "GET", 5, "Unsupported protocol version"],
    ])("refuses %s by %s with code %i", async (query, method, code, message) => {
      const answer = await ask({ port, path: `${BELOW}?${query}`, method });
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { code, message }]);
      expect(answer.headers["content-type"]).toBe("application/json");
    });

    it.each([
      "EIO=4",
      "EIO=4&transport=abc",
      // The peer takes this one, and then ends it.
      ...(pair.server === "baro" ? ["EIO=3&transport=websocket"] : []),
      "EIO=4&transport=websocket&sid=abc",
    ])("refuses the upgrade %s", async (query) => {
      const peer = new WebSocket(`ws://127.0.0.1:${port}${BELOW}?${query}`);
      const status = await new Promise((resolve) => {
        peer.on("unexpected-response", (_request, response) => resolve(response.statusCode));
        peer.on("error", () => {});
      });
      expect(status).toBe(400);
    });

    it("pings, over both transports, and takes the answer", async () => {
      await restart({ pingInterval: 50 });
      const session = await poll();
      const peer = await open();
      for (let i = 0; i < 2; i += 1) {
        expect(await peer.next()).toBe("2");
        peer.send("3");
        expect(await session.poll()).toEqual(["2"]);
        expect((await session.post("3")).body).toBe("ok");
      }
    });

    it("ends a session that does not answer a ping", async () => {
      await restart({ pingInterval: 50, pingTimeout: 50 });
      const session = await poll();
      const heard = [];
      do heard.push((await session.get()).body);
      while (!heard.at(-1)?.includes("code"));
      expect(heard.at(-1)).toBe('{"code":1,"message":"Session ID unknown"}');
      const peer = await open();
      expect(await peer.next()).toBe("2");
      await peer.closed;
    });

    it("ends a session that says CLOSE, over both transports", async () => {
      const session = await poll();
      const waiting = session.get();
      expect((await session.post("1")).body).toBe("ok");
      expect((await waiting).body).toBe("6");
      expect((await session.get()).status).toBe(400);
      const peer = await open();
      peer.send("1");
      if (pair.server === "baro") await peer.closed;
    });

    it("ends a session that polls twice at once", async () => {
      const session = await poll();
      const first = session.get();
      await new Promise((resolve) => setImmediate(resolve));
      const answers = await Promise.all([first, session.get()]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect(answers.find(({ status }) => status === 200)?.body).toBe("1");
      expect((await session.get()).status).toBe(400);
    });

    it.each(["abc", "7", ""])("ends a session that sends %j", async (text) => {
      const session = await poll();
      await session.post(text);
      expect((await session.get()).status).toBe(400);
      const peer = await open();
      peer.send(text);
      await peer.closed;
    });

    it("moves to WebSocket: probe, noop, upgrade, in this order", async () => {
      const session = await poll();
      const peer = await dial(`&sid=${session.opening.sid}`);
      const waiting = session.poll();
      peer.send("2probe");
      expect(await peer.next()).toBe("3probe");
      expect(await waiting).toEqual(["6"]);
      peer.send("5");
      peer.send("40");
      expect(await peer.next()).toMatch(/^40\{/);
      expect((await session.get()).status).toBe(400);
      expect((await session.post("3")).status).toBe(400);
      const again = new WebSocket(`ws://127.0.0.1:${port}${session.path.replace("polling", "websocket")}`);
      again.on("error", () => {});
      await new Promise((resolve) => again.on("close", resolve));
    });
  });

  describe("Socket.IO", () => {
    it("grants the main namespace, and a custom one, with credentials or without", async () => {
      const { peer } = await join();
      peer.send("40/custom,");
      expect(await peer.next()).toMatch(/^40\/custom,\{"sid":"[^"]+"\}$/);
      expect(await peer.next()).toBe('42/custom,["auth",{}]');
      const other = await open();
      other.send('40/custom,{"token":"abc"}');
      expect(await other.next()).toMatch(/^40\/custom,\{"sid":"[^"]+"\}$/);
      expect(await other.next()).toBe('42/custom,["auth",{"token":"abc"}]');
      other.send('40{"token":"123"}');
      expect(await other.next()).toMatch(/^40\{/);
      expect(await other.next()).toBe('42["auth",{"token":"123"}]');
    });

    it("refuses a namespace that is not there, and goes on", async () => {
      const peer = await open();
      peer.send("40/random");
      expect(await peer.next()).toBe('44/random,{"message":"Invalid namespace"}');
      peer.send("40/random,{}");
      expect(await peer.next()).toBe('44/random,{"message":"Invalid namespace"}');
      peer.send("40");
      expect(await peer.next()).toMatch(/^40\{/);
    });

    it("ends a connection whose CONNECT is none, and one that sends none in time", async () => {
      const peer = await open();
      peer.send("4abc");
      await peer.closed;
      await restart({ connectTimeout: 100 });
      const silent = await open();
      await silent.closed;
    });

    it("takes DISCONNECT of one namespace, and keeps the others", async () => {
      const { peer, socket } = await join();
      peer.send("40/custom,");
      await peer.next();
      await peer.next();
      const gone = next(socket, "disconnect");
      peer.send("41");
      expect((await gone)[0]).toBe("client namespace disconnect");
      peer.send("40");
      expect(await peer.next()).toMatch(/^40\{/);
      expect(await peer.next()).toBe('42["auth",{}]');
    });

    it("sends DISCONNECT where the server disconnects", async () => {
      const { peer, socket } = await join();
      peer.send("40/custom,");
      await peer.next();
      await peer.next();
      socket.disconnect();
      expect(await peer.next()).toBe("41");
      const [custom] = stage.io.of("/custom").sockets.values();
      custom?.disconnect(true);
      expect(await peer.next()).toBe("41/custom,");
      await peer.closed;
    });

    it("carries events, acknowledgements and attachments", async () => {
      const { peer, socket } = await join();
      peer.send('42["message",1,"2",{"3":[false]}]');
      expect(await peer.next()).toBe('42["message-back",1,"2",{"3":[false]}]');
      peer.send('42456["message-with-ack",1,"2",{"3":[false]}]');
      expect(await peer.next()).toBe('43456[1,"2",{"3":[false]}]');
      const slots = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
      for (const [sent, back] of [
        [`452-["message",${slots}]`, `452-["message-back",${slots}]`],
        [`452-789["message-with-ack",${slots}]`, `462-789[${slots}]`],
      ] as const) {
        peer.send(sent);
        peer.send(Buffer.of(1, 2, 3));
        peer.send(Buffer.of(4, 5, 6));
        expect(await peer.next()).toBe(back);
        expect([await peer.next(), await peer.next()]).toEqual([Buffer.of(1, 2, 3), Buffer.of(4, 5, 6)]);
      }
      const answer = socket.timeout(20_000).emitWithAck("question", Buffer.of(7));
      const question = String(await peer.next());
      expect(question).toMatch(/^451-\d+\["question",\{"_placeholder":true,"num":0\}\]$/);
      expect(await peer.next()).toEqual(Buffer.of(7));
      peer.send(`461-${/\d+(?=\[)/.exec(question)?.[0]}[{"_placeholder":true,"num":0}]`);
      peer.send(Buffer.of(8));
      expect(await answer).toEqual(Buffer.of(8));
    });

    it("carries attachments as base64 over polling", async () => {
      const session = await poll();
      await session.post("40");
      const [granted, auth] = [await session.poll()].flat();
      expect(granted).toMatch(/^40\{/);
      if (auth === undefined) await session.poll();
      await session.post('451-["message",{"_placeholder":true,"num":0}]', "bAQIDBA==");
      expect(await session.poll()).toEqual([
        '451-["message-back",{"_placeholder":true,"num":0}]',
        "bAQIDBA==",
      ]);
    });

    it.each(
      [
        "4",
        "4abc",
        "42",
        '42{"a":1}',
        "42[",
        '42["a"',
        '42["disconnect"]',
        "450-[]",
        "49",
        '44{"message":"x"}',
      ].filter(
        // The peer takes an event without a name.
        (packet) => pair.server === "baro" || packet !== "42",
      ),
    )("ends a connection that sends %s", async (packet) => {
      const { peer, socket } = await join();
      const gone = next(socket, "disconnect");
      // Without a listener, as in most programs.
      peer.send(packet);
      await peer.closed;
      expect((await gone)[0]).toBe(pair.server === "baro" ? "parse error" : "forced close");
    });
  });
});
