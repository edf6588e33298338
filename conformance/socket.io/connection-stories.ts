import type { Socket } from "baro/client";
import type { Story } from "./story.ts";

/** What programs do with a connection: refused, lost, shared, of their own. */
export const connectionStories: Record<string, Story> = {
  async "credentials that are refused, and granted"({ io, url, transports }) {
    const met: unknown[] = [];
    const socket: Socket = io(`${url}/private`, { transports, forceNew: true, auth: { token: "bad" } });
    const refused = await new Promise<Error & { data?: unknown }>((resolve) =>
      socket.once("connect_error", resolve),
    );
    met.push(refused instanceof Error, refused.message, refused.data, socket.active, socket.connected);
    socket.auth = (give) => give({ token: "good" });
    socket.connect();
    met.push(socket.active);
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    met.push(await socket.emitWithAck("auth"));
    socket.disconnect();
    const nowhere = io(`${url}/no such namespace`, { transports, forceNew: true });
    const unknown = await new Promise<Error>((resolve) => nowhere.on("connect_error", resolve));
    met.push(unknown.message, "data" in unknown, nowhere.active);
    nowhere.disconnect();
    return met;
  },

  async "a connection that is lost and comes back"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, reconnectionDelay: 10 });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    // Not in the middle of an upgrade.
    while (socket.io.engine.transport.name !== transports.at(-1))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const met: unknown[] = [];
    const { id } = socket;
    // Which of the two it is depends on what comes first, the packet or the end of the connection.
    const ends = ["transport closed by the server", "websocket connection closed"];
    const describe = (details: unknown) =>
      ends.includes((details as { description?: string } | undefined)?.description ?? "");
    socket.on("disconnect", (reason, details) =>
      met.push(["disconnect", reason, describe(details), socket.active, socket.connected]),
    );
    socket.on("connect", () => met.push(["connect", socket.id === id, socket.recovered === true]));
    const manager = socket.io;
    const listen = (
      event: "open" | "close" | "error" | "reconnect" | "reconnect_attempt" | "reconnect_error",
    ) => manager.on(event, (...args: unknown[]) => met.push([event, ...args.slice(0, 1).map(String)]));
    for (const event of [
      "open",
      "close",
      "error",
      "reconnect",
      "reconnect_attempt",
      "reconnect_error",
    ] as const)
      listen(event);
    const back = new Promise<void>((resolve) => socket.once("connect", resolve));
    socket.emit("drop me");
    await back;
    met.push(await socket.emitWithAck("echo", "back"));
    socket.disconnect();
    return met;
  },

  async "a server that ends it"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, reconnectionDelay: 10 });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    const met: unknown[] = [];
    const attempts: number[] = [];
    socket.io.on("reconnect_attempt", (attempt) => attempts.push(attempt));
    const over = new Promise<unknown[]>((resolve) => socket.once("disconnect", (...args) => resolve(args)));
    socket.emit("leave");
    met.push(await over, socket.active, socket.connected, socket.id, attempts);
    const back = new Promise<void>((resolve) => socket.once("connect", resolve));
    socket.connect();
    await back;
    met.push(await socket.emitWithAck("echo", "back"), attempts);
    socket.disconnect();
    return met;
  },

  async "a server that is not there"({ io, nowhere, transports }) {
    const options = { transports, forceNew: true, reconnectionDelay: 5, reconnectionAttempts: 2 };
    const socket = io(nowhere, { ...options, randomizationFactor: 0 });
    const met: unknown[] = [];
    socket.on("connect_error", (error) =>
      met.push([
        "connect_error",
        error instanceof Error,
        error.message,
        (error as { type?: unknown }).type,
        socket.active,
      ]),
    );
    const manager = socket.io;
    manager.on("error", (error) => met.push(["error", error.message]));
    manager.on("reconnect_attempt", (attempt) => met.push(["reconnect_attempt", attempt]));
    manager.on("reconnect_error", (error) => met.push(["reconnect_error", error.message]));
    manager.on("close", (reason) => met.push(["close", reason]));
    await new Promise<void>((resolve) => manager.on("reconnect_failed", resolve));
    met.push(socket.active, socket.connected);
    const until = [...met];
    socket.disconnect();
    return until;
  },

  async "a manager of the program's own"({ Manager, url, nowhere, transports }) {
    const met: unknown[] = [];
    const manager = new Manager(url, { transports, autoConnect: false });
    met.push(manager.reconnection(), manager.reconnectionAttempts(), manager.reconnectionDelay());
    met.push(manager.reconnectionDelayMax(), manager.randomizationFactor(), manager.timeout());
    met.push(
      manager.reconnection(false) === manager,
      manager.reconnectionAttempts(3) === manager,
      manager.reconnectionDelay(7) === manager,
      manager.reconnectionDelayMax(70) === manager,
      manager.randomizationFactor(0.1) === manager,
      manager.timeout(5_000) === manager,
    );
    met.push(manager.reconnection(), manager.reconnectionAttempts(), manager.reconnectionDelay());
    met.push(manager.reconnectionDelayMax(), manager.randomizationFactor(), manager.timeout());
    met.push(await new Promise((resolve) => manager.open((...args) => resolve(args))));
    const main = manager.socket("/");
    const news = manager.socket("/news", { auth: { token: 1 } });
    met.push(manager.socket("/") === main, main === (news as unknown), main.active, main.io === manager);
    const connected = Promise.all(
      [main, news].map((each) => new Promise<void>((resolve) => each.on("connect", resolve))),
    );
    main.connect();
    news.connect();
    await connected;
    met.push(await news.emitWithAck("auth"), main.id !== news.id);
    const closed: unknown[] = [];
    manager.on("close", (reason) => closed.push(reason));
    main.disconnect();
    met.push(news.connected, [...closed]);
    news.disconnect();
    met.push([...closed]);
    const other = new Manager(nowhere, { transports, autoConnect: false, reconnection: false });
    const failed = await new Promise<unknown[]>((resolve) =>
      other.connect((...args: unknown[]) => resolve(args)),
    );
    met.push(failed.map((each) => each instanceof Error));
    return met;
  },

  async "which sockets share a connection"({ io, url, transports }) {
    const met: unknown[] = [];
    const first = io(url, { transports });
    const second = io(`${url}/news`, { transports });
    const same = io(url, { transports });
    const forced = io(`${url}/news`, { transports, forceNew: true });
    const alone = io(`${url}/news`, { transports, multiplex: false });
    const asked = io(url, { transports, query: { a: "b" } });
    const sockets = [first, second, same, forced, alone, asked];
    met.push(...sockets.map((each) => each.io === first.io), first === same);
    await Promise.all(sockets.map((each) => each.emitWithAck("echo", 1)));
    for (const each of sockets) each.disconnect();
    return met;
  },

  async "events of the low-level connection"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, autoConnect: false });
    const met: unknown[] = [];
    socket.io.on("open", () => met.push(["open", socket.io.engine.transport.name]));
    socket.connect();
    const { engine } = socket.io;
    engine.on("open", () => met.push("engine open"));
    engine.on("close", (reason) => met.push(["engine close", reason]));
    const upgraded = new Promise<void>((resolve) => {
      if (transports.length === 1) resolve();
      else
        engine.once("upgrade", (transport) => {
          met.push(["upgrade", transport.name]);
          resolve();
        });
    });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    await upgraded;
    met.push(engine.transport.name, typeof engine.id);
    await new Promise<void>((resolve) => socket.io.once("ping", resolve));
    const packets: unknown[] = [];
    socket.io.on("packet", ({ type, nsp, id }) => packets.push({ type, nsp, id }));
    await socket.emitWithAck("echo", 1);
    met.push(packets);
    const received: unknown[] = [];
    const sent: unknown[] = [];
    engine.on("packet", ({ type, data }) => type === "message" && received.push(data));
    engine.on("packetCreate", ({ type, data }) => type === "message" && sent.push(data));
    const drained = new Promise<void>((resolve) => engine.once("drain", () => resolve()));
    await socket.emitWithAck("echo", "through the engine");
    await drained;
    met.push(
      received,
      sent.map((data) => String(data).replace(/,"~\d+"/, "")),
    );
    const closed = new Promise<void>((resolve) => engine.once("close", () => resolve()));
    socket.disconnect();
    await closed;
    return met;
  },
};
