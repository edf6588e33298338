import type { Story } from "./story.ts";

/** What programs do with a socket: events, acknowledgements, listeners, bytes. */
export const socketStories: Record<string, Story> = {
  async "the state of a socket from before it is connected to after"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, autoConnect: false });
    const met: unknown[] = [];
    const look = (when: string) =>
      met.push([
        when,
        socket.connected,
        socket.disconnected,
        socket.active,
        socket.recovered === true,
        typeof socket.id,
      ]);
    look("made");
    met.push(socket.connect() === socket, socket.open() === socket);
    look("connecting");
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    look("connected");
    met.push((await socket.emitWithAck("my id")) === socket.id, socket.io.engine.id !== socket.id);
    socket.on("disconnect", (...args) => {
      met.push(args);
      look("in disconnect");
    });
    met.push(socket.disconnect() === socket);
    look("disconnected");
    met.push(socket.close() === socket);
    socket.connect();
    look("connecting again");
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    look("connected again");
    socket.close();
    return met;
  },

  async "events with acknowledgements, timeouts and flags"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true });
    const met: unknown[] = [];
    const message = (error: unknown) => (error instanceof Error ? ["an error", error.message] : error);
    met.push(await socket.emitWithAck("echo", "text", 1, null, { deep: [true] }));
    met.push(
      await new Promise((resolve) => socket.emit("echo", 1, 2, (...args: unknown[]) => resolve(args))),
    );
    met.push(await socket.timeout(20_000).emitWithAck("echo", "in time"));
    met.push(
      await new Promise((resolve) =>
        socket.timeout(20_000).emit("echo", "in time", (...args: unknown[]) => resolve(args)),
      ),
    );
    met.push(
      await new Promise((resolve) =>
        socket.timeout(30).emit("silence", (...args: unknown[]) => resolve(args.map(message))),
      ),
    );
    met.push(await socket.timeout(30).emitWithAck("silence").catch(message));
    met.push(socket.emit("tell", "plain") === socket);
    met.push(socket.send("a", 2) === socket);
    met.push(socket.compress(false) === socket, socket.timeout(20_000) === socket);
    met.push(await socket.emitWithAck("echo", "with flags"), await socket.emitWithAck("echo", "without"));
    met.push(socket.volatile === socket);
    // It is sent, or not.
    socket.emit("silence");
    socket.compress(true).emit("tell", "compressed");
    socket.disconnect();
    socket.volatile.emit("tell", "dropped");
    socket.emit("tell", "kept");
    met.push(socket.sendBuffer.length);
    socket.connect();
    met.push(await socket.emitWithAck("told"));
    for (const name of [
      "connect",
      "connect_error",
      "disconnect",
      "disconnecting",
      "newListener",
      "removeListener",
    ]) {
      try {
        socket.emit(name);
        met.push([name, "sent"]);
      } catch {
        met.push([name, "refused"]);
      }
    }
    socket.disconnect();
    return met;
  },

  async "what becomes of acknowledgements when the connection ends"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true });
    const met: unknown[] = [];
    await new Promise<void>((resolve) => socket.on("connect", resolve));
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        met.push([name, ...args.map((each) => (each instanceof Error ? each.message : each))]);
    socket.emit("silence", note("plain"));
    socket.timeout(60_000).emit("silence", note("with a timeout"));
    socket.emitWithAck("silence").catch(note("promise"));
    socket.on("disconnect", note("disconnect"));
    socket.disconnect();
    await Promise.resolve();
    await Promise.resolve();
    return met;
  },

  async "listeners, and listeners of everything"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true });
    const met: unknown[] = [];
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        met.push([name, ...args]);
    const any = note("any");
    const outgoing = note("outgoing");
    const on = note("on");
    const once = note("once");
    socket.on("news", on).once("news", once);
    socket.on("other", on);
    met.push(socket.listeners("news").length, socket.hasListeners("news"), socket.hasListeners("nothing"));
    socket.onAny(any).onAny(note("second any")).prependAny(note("first any"));
    socket.onAnyOutgoing(outgoing).prependAnyOutgoing(note("first outgoing"));
    met.push(socket.listenersAny().length, socket.listenersAnyOutgoing().length);
    met.push(socket.listenersAny()[1] === any, socket.listenersAnyOutgoing()[1] === outgoing);
    await socket.emitWithAck("send me", "news", 1, [2]);
    await socket.emitWithAck("send me", "news", 3);
    socket.offAny(any).offAnyOutgoing(outgoing).off("news", on);
    await socket.emitWithAck("send me", "news", 4);
    socket.offAny().offAnyOutgoing();
    met.push(socket.listenersAny().length, socket.listenersAnyOutgoing().length);
    await socket.emitWithAck("send me", "other", 5);
    socket.removeListener("other", on);
    await socket.emitWithAck("send me", "other", 6);
    socket.on("other", on).removeAllListeners("other");
    met.push(socket.hasListeners("other"));
    socket.on("other", on).off();
    met.push(socket.hasListeners("other"));
    socket.disconnect();
    return met.map((each) =>
      Array.isArray(each) ? each.map((part) => (typeof part === "function" ? "a function" : part)) : each,
    );
  },

  async "what waits while there is no connection"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, autoConnect: false });
    const met: unknown[] = [];
    socket.onAnyOutgoing((...args) => met.push(["outgoing", ...args]));
    for (const n of [1, 2, 3]) socket.emit("tell", n);
    met.push(socket.sendBuffer.length, socket.receiveBuffer.length);
    socket.on("connect", () => {
      met.push(["connect", socket.sendBuffer.length]);
      socket.emit("tell", "in connect");
    });
    socket.connect();
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    met.push(await socket.emitWithAck("told"));
    socket.disconnect();
    socket.emit("tell", 4);
    socket.sendBuffer.length = 0;
    socket.connect();
    met.push(await socket.emitWithAck("told"));
    socket.disconnect();
    return met;
  },

  async "one attempt after the other, until it is acknowledged"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true, retries: 2, ackTimeout: 20_000 });
    const met: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      socket.emit("echo", 1, (...args: unknown[]) => met.push(args));
      socket.emit("echo", 2, (...args: unknown[]) => met.push(args));
      socket.emit("echo", 3, (...args: unknown[]) => {
        met.push(args);
        resolve();
      });
    });
    await done;
    met.push(await socket.emitWithAck("echo", 4));
    socket.disconnect();
    return met;
  },

  async "bytes, in each form that the platform has"({ io, url, transports }) {
    const socket = io(url, { transports, forceNew: true });
    const met: unknown[] = [];
    const bytes = new Uint8Array([1, 2, 255]);
    for (const value of [
      bytes,
      bytes.buffer,
      new Uint8Array([0, 1, 2, 255]).subarray(1),
      new DataView(bytes.buffer),
    ]) {
      const echoed = (await socket.emitWithAck("echo", { deep: [value] })) as {
        deep: [ArrayBuffer | Uint8Array];
      };
      met.push([...new Uint8Array(echoed.deep[0])]);
    }
    const [one, two] = (await socket.emitWithAck("echo", [bytes, "and", bytes])) as [ArrayBuffer, string];
    met.push([...new Uint8Array(one)], two);
    socket.disconnect();
    return met;
  },
};
