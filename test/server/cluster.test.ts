import { describe, expect, it } from "vitest";
import { MemoryBus } from "../../src/cluster/memory-bus.ts";
import { TestServer } from "./support.ts";

/** Lets what is on the bus arrive. */
const arrival = async (): Promise<void> => {
  for (let hop = 0; hop < 10; hop += 1) await Promise.resolve();
};

/** Two servers on one bus, each with one client in a room of its own name and in "both". */
function two() {
  const cluster = new MemoryBus();
  const [left, right] = [new TestServer({ cluster }, "left"), new TestServer({ cluster }, "right")];
  const sessions = { left: left.join(), right: right.join() };
  left.local.socketsJoin(["left", "both"]);
  right.local.socketsJoin(["right", "both"]);
  const heard = async () => {
    await arrival();
    return [sessions.left.take(), sessions.right.take()].map((packets) => packets.join());
  };
  return { left, right, sessions, heard, cluster };
}

describe("servers on one bus", () => {
  it("share broadcasts: everyone, rooms, exceptions, a socket's own", async () => {
    const { left, heard } = two();
    left.emit("e", 1);
    expect(await heard()).toEqual(['2["e",1]', '2["e",1]']);
    left.to("right").emit("e");
    expect(await heard()).toEqual(["", '2["e"]']);
    left.to("both").except("right").emit("e");
    expect(await heard()).toEqual(['2["e"]', ""]);
    left.local.emit("e");
    expect(await heard()).toEqual(['2["e"]', ""]);
    const [socket] = left.sockets.sockets.values();
    socket?.broadcast.emit("e");
    expect(await heard()).toEqual(["", '2["e"]']);
    socket?.local.emit("e");
    expect(await heard()).toEqual(["", ""]);
  });

  it("keep namespaces apart, and know those that one of them lacks", async () => {
    const { left, right, heard } = two();
    left.of("/x").emit("e");
    right.of("/x");
    right.of("/x").emit("e");
    expect(await heard()).toEqual(["", ""]);
    left.of("/only here");
    expect(await left.of("/only here").fetchSockets()).toEqual([]);
  });

  it("carry binary data and the order", async () => {
    const { left, sessions } = two();
    const bytes = new Uint8Array([1, 2]);
    for (let n = 0; n < 3; n += 1) left.emit("n", n);
    left.emit("b", bytes);
    await arrival();
    expect(sessions.right.take()).toEqual([
      '2["n",0]',
      '2["n",1]',
      '2["n",2]',
      '51-["b",{"_placeholder":true,"num":0}]',
      bytes,
    ]);
  });

  it("leave out clients that are not ready when it is volatile", async () => {
    const { left, sessions, heard } = two();
    sessions.right.writable = false;
    left.volatile.emit("e");
    expect(await heard()).toEqual(['2["e"]', ""]);
  });

  it("collect acknowledgements of all clients", async () => {
    const { left, right, sessions } = two();
    const answers = left.timeout(100).emitWithAck("ask");
    await arrival();
    sessions.left.receive('30["l"]');
    sessions.right.receive('30["r"]');
    expect(await answers).toEqual(["l", "r"]);
    expect(left.clock.pending).toBe(0);
    // Nobody at all on the other side.
    const alone = left.to("left").timeout(100).emitWithAck("ask");
    sessions.left.receive('31["l"]');
    await arrival();
    expect(await alone).toEqual(["l"]);
    expect(right.clock.pending).toBe(0);
  });

  it("tell which acknowledgements came in time", async () => {
    const { left, sessions } = two();
    const answers = left.timeout(100).emitWithAck("ask");
    await arrival();
    sessions.right.receive('30["r"]');
    await arrival();
    left.clock.advance(100);
    await expect(answers).rejects.toMatchObject({ message: "operation has timed out", responses: ["r"] });
    sessions.left.receive('30["late"]');
    expect(left.clock.pending).toBe(0);
  });

  it("wait for acknowledgements no longer than who asks", async () => {
    const { left, right, sessions } = two();
    const answers = left.timeout(100).emitWithAck("ask");
    await arrival();
    const [socket] = right.sockets.sockets.values();
    right.clock.advance(99);
    expect(socket?.isBusy).toBe(true);
    right.clock.advance(1);
    expect([socket?.isBusy, right.clock.pending]).toEqual([false, 0]);
    // Late, and no fault of the client.
    sessions.right.receive('30["r"]');
    await arrival();
    sessions.left.receive('30["l"]');
    left.clock.advance(100);
    await expect(answers).rejects.toMatchObject({ responses: ["l"] });
    expect(sessions.right.closed).toBe(false);
  });

  it("fetch sockets of all, and act on them wherever they are", async () => {
    const { left, right, sessions, heard } = two();
    const sockets = await left.fetchSockets();
    expect(sockets.map(({ id }) => id)).toEqual(["left1", "right1"]);
    const [, remote] = sockets;
    expect(remote).toMatchObject({ rooms: new Set(["right1", "right", "both"]), data: {} });
    expect(remote?.handshake.url).toBe("/socket.io/?EIO=4&transport=polling");
    expect(await left.in("right").allSockets()).toEqual(new Set(["right1"]));
    expect((await left.local.fetchSockets()).map(({ id }) => id)).toEqual(["left1"]);

    remote?.emit("hello");
    expect(await heard()).toEqual(["", '2["hello"]']);
    remote?.join("new");
    remote?.leave("both");
    await arrival();
    expect([...(right.sockets.adapter.sids.get("right1") ?? [])]).toEqual(["right1", "right", "new"]);
    const answer = remote?.timeout(100).emitWithAck("ask");
    const called: unknown[] = [];
    remote?.timeout(100).emit("ask", (...args: unknown[]) => called.push(...args));
    await arrival();
    sessions.right.receive('30["r"]', '31["r"]');
    expect(await answer).toBe("r");
    await arrival();
    expect(called).toEqual([null, "r"]);
    expect(remote?.disconnect(true)).toBe(remote);
    await arrival();
    expect(sessions.right.closed).toBe(true);
  });

  it("join, leave and disconnect the sockets of all", async () => {
    const { left, right, sessions } = two();
    left.in("both").socketsJoin(["x", "y"]);
    left.in("x").socketsLeave("y");
    await arrival();
    for (const server of [left, right]) {
      expect([...server.sockets.adapter.rooms.keys()].includes("x")).toBe(true);
      expect([...server.sockets.adapter.rooms.keys()].includes("y")).toBe(false);
    }
    left.disconnectSockets();
    await arrival();
    expect([sessions.left.take(), sessions.right.take()]).toEqual([["1"], ["1"]]);
  });

  it("give up on a server that does not answer", async () => {
    const { left, cluster } = two();
    cluster.join(() => {});
    const sockets = left.fetchSockets();
    const soon = left.timeout(10).fetchSockets();
    await arrival();
    left.clock.advance(10);
    await expect(soon).rejects.toThrow("timeout reached: only 1 responses received out of 2");
    left.clock.advance(5000);
    await expect(sockets).rejects.toThrow("timeout reached: only 1 responses received out of 2");
    expect(left.clock.pending).toBe(0);
  });

  it("hear no more of a server that closed", async () => {
    const { left, right, heard } = two();
    expect(await left.sockets.adapter.serverCount()).toBe(2);
    right.shutDown();
    expect(await left.sockets.adapter.serverCount()).toBe(1);
    left.emit("e");
    expect((await heard())[0]).toBe('2["e"]');
    expect((await left.fetchSockets()).length).toBe(1);
  });
});

describe("serverSideEmit", () => {
  it("tells the listeners of the others, and not its own", async () => {
    const { left, right } = two();
    const heard: unknown[] = [];
    left.on("hi", () => heard.push("left"));
    right.on("hi", (...args: unknown[]) => heard.push(...args));
    expect(left.serverSideEmit("hi", 1, "two")).toBe(true);
    await arrival();
    expect(heard).toEqual([1, "two"]);
  });

  it("brings one answer of each", async () => {
    const { left, right, cluster } = two();
    const third = new TestServer({ cluster }, "third");
    right.of("/").on("ask", (n: number, ack: (answer: number) => void) => {
      ack(n + 1);
      ack(n + 100);
    });
    third.on("ask", (n: number, ack: (answer: number) => void) => ack(n + 2));
    expect(await left.serverSideEmitWithAck("ask", 1)).toEqual([2, 3]);
    const called: unknown[] = [];
    left.serverSideEmit("ask", 1, (...args: unknown[]) => called.push(...args));
    await arrival();
    left.clock.advance(0);
    expect(called).toEqual([null, [2, 3]]);
  });

  it("brings an error with the answers that came, after 5 seconds", async () => {
    const { left, right, cluster } = two();
    new TestServer({ cluster }, "silent");
    right.on("ask", (ack: (answer: string) => void) => ack("r"));
    const called: unknown[] = [];
    left.serverSideEmit("ask", (...args: unknown[]) => called.push(...args));
    const promise = left.serverSideEmitWithAck("ask");
    await arrival();
    left.clock.advance(5000);
    await expect(promise).rejects.toMatchObject({ responses: ["r"] });
    left.clock.advance(0);
    expect(called).toEqual([
      expect.objectContaining({ message: "timeout reached: only 1 responses received out of 2" }),
      ["r"],
    ]);
  });

  it("refuses the events that a namespace tells itself", async () => {
    const { left } = two();
    const refusal = expect.objectContaining({ code: "BARO_EVENT_NAME" });
    for (const event of ["connection", "connect", "new_namespace"]) {
      expect(() => left.serverSideEmit(event)).toThrow(refusal);
      await expect(left.serverSideEmitWithAck(event)).rejects.toEqual(refusal);
    }
  });

  it("reaches nobody without a cluster", async () => {
    const server = new TestServer();
    server.on("hi", () => expect.unreachable());
    expect(server.serverSideEmit("hi")).toBe(true);
    expect(await server.serverSideEmitWithAck("hi")).toEqual([]);
  });

  it("leaves what a listener throws to the application", async () => {
    const { left, right } = two();
    right.on("hi", () => {
      throw new Error("boom");
    });
    left.serverSideEmit("hi");
    await arrival();
    expect(() => right.clock.advance(0)).toThrow("boom");
  });
});
