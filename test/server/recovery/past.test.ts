import { describe, expect, it } from "vitest";
import type { Namespace } from "../../../src/server/namespace.ts";
import type { From, Past, PastPage } from "../../../src/server/recovery/past.ts";
import { TestServer } from "../support.ts";

function past(namespace: Namespace): Past {
  const { past: found } = namespace;
  if (found === undefined) throw new Error("nothing is kept");
  return found;
}

/** The events of a page as they stand on the wire. */
function heard({ events }: PastPage): unknown[] {
  return events.map(({ outgoing }) => JSON.parse(String(outgoing.data).slice(1)));
}

describe("what a namespace remembers", () => {
  it("is nothing unless it is told to", () => {
    const server = new TestServer();
    expect(server.sockets.past).toBeUndefined();
    server.emit("news");
    server.of("/chat").history("room");
    expect(server.sockets.past).toBeUndefined();
  });

  it("is what was said in the rooms that are kept, by name and by pattern, and to everyone", () => {
    const server = new TestServer();
    server.history("news").history(/^game:/gy, { max: 2 });
    const session = server.join();
    const memory = past(server.sockets);
    const start = memory.position;
    expect(["news", "game:1", "game:", "other", "newsroom"].map((room) => memory.keeps(room))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    server.to("news").emit("a", 1);
    server.to("other").emit("b", 2);
    server.to(["other", "game:1"]).emit("c", 3);
    server.emit("d", 4);
    server.volatile.to("news").emit("e", 5);
    for (const n of [6, 7, 8]) server.to("game:2").emit("f", n);
    // Without recovery nothing of it stands in the event.
    expect(session.take()).toEqual(['2["d",4]']);
    const page = memory.since(["news", "game:1"], { token: start });
    expect(heard(page)).toEqual([
      ["a", 1],
      ["c", 3],
      ["d", 4],
    ]);
    expect(page).toMatchObject({ gaps: [], more: false, position: memory.position });
    expect(page.events.map(({ room, offset }) => [room, offset])).toEqual([
      ["news", 1],
      ["game:1", 1],
      [null, 1],
    ]);
    expect(memory.since(["game:2", "news"], { token: start })).toMatchObject({
      gaps: [{ room: "game:2", reason: "expired" }],
      events: [{ room: "news" }, { room: null }],
    });
    expect(memory.state("game:2")).toMatchObject({ first: 2, last: 3 });
  });

  it("gives each event the token of its place, from which one goes on", () => {
    const server = new TestServer();
    server.history("room");
    const session = server.join();
    server.sockets.sockets.values().next().value?.join("room");
    for (const n of [1, 2, 3]) server.to("room").emit("n", n);
    server.to("other").emit("n", 4);
    const live = session.outgoing.map(({ position }) => position);
    const memory = past(server.sockets);
    for (const [index, token] of live.entries()) {
      const page = memory.since(["room"], { token });
      expect(page.events.map(({ outgoing }) => outgoing.position)).toEqual(live.slice(index + 1));
    }
    expect(memory.position).toBe(live.at(-1));
  });

  it("is given a page at a time", () => {
    const server = new TestServer();
    server.history("room");
    const memory = past(server.sockets);
    const start = memory.position;
    for (let n = 0; n < 700; n++) server.to("room").emit("n", n);
    const sizes: number[] = [];
    const all: unknown[] = [];
    let token = start;
    for (let more = true; more; ) {
      const page = memory.since(["room"], { token });
      sizes.push(page.events.length);
      all.push(...heard(page));
      token = page.position;
      more = page.more;
    }
    expect(sizes).toEqual([300, 300, 100]);
    expect(all).toEqual(Array.from({ length: 700 }, (_, n) => ["n", n]));
  });

  it("gives those who come late the newest", () => {
    const server = new TestServer();
    server.history("a").history("b");
    for (const n of [1, 2, 3, 4]) server.to(n % 2 === 0 ? "a" : "b").emit("n", n);
    const memory = past(server.sockets);
    const newest = (count: number): unknown => heard(memory.since(["a", "b"], { last: count }));
    expect(newest(3)).toEqual([
      ["n", 2],
      ["n", 3],
      ["n", 4],
    ]);
    expect(newest(99)).toHaveLength(4);
    for (const none of [0, -1, 1.5, Number.NaN]) expect(newest(none)).toEqual([]);
    expect(memory.since(["other"], { last: 2 })).toMatchObject({ events: [], more: false });
    for (let n = 0; n < 500; n++) server.to("a").emit("n", n);
    const page = memory.since(["a"], { last: 400 });
    expect([page.events.length, page.more]).toEqual([300, true]);
    expect(heard(memory.since(["a"], { token: page.position }))).toHaveLength(100);
  });

  it("goes on from an offset of one room", () => {
    const server = new TestServer();
    server.history("a");
    for (const n of [1, 2, 3]) server.to("a").emit("n", n);
    const memory = past(server.sockets);
    const { epoch = 0 } = memory.state("a") ?? {};
    expect(heard(memory.since(["a"], { epoch, offset: 2 }))).toEqual([["n", 3]]);
    expect(memory.since(["a"], { epoch, offset: 4 }).gaps).toContainEqual({ room: "a", reason: "digest" });
    expect(memory.since(["a"], { epoch: epoch + 1, offset: 2 }).gaps).toContainEqual({
      room: "a",
      reason: "epoch",
    });
  });

  it.each<[string, unknown, string]>([
    ["no position", undefined, "malformed"],
    ["a user's text", "hello", "malformed"],
    ["a megabyte", "A".repeat(1_000_000), "malformed"],
    ["a number", 7, "malformed"],
  ])("says that all is missing from %s, and where to go on", (_, token, reason) => {
    const server = new TestServer();
    server.history("a");
    server.to("a").emit("n", 1);
    const memory = past(server.sockets);
    const page = memory.since(["a", "b"], { token });
    expect(page.events).toEqual([]);
    expect(page.gaps).toEqual([
      { room: "b", reason: "unkept" },
      { room: "a", reason },
      { room: null, reason },
    ]);
    expect(page.position).toBe(memory.position);
  });

  it("does not take the positions of another history", () => {
    const [one, other] = [new TestServer(undefined, "one"), new TestServer(undefined, "other")];
    for (const server of [one, other]) {
      server.history("a");
      server.to("a").emit("n", 1);
    }
    const from: From = { token: past(one.sockets).position };
    expect(past(other.sockets).since(["a"], from).gaps).toContainEqual({ room: "a", reason: "epoch" });
  });

  it("leaves out what was not meant for the rooms that are asked for", () => {
    const server = new TestServer();
    server.history("a").history("b");
    const memory = past(server.sockets);
    const start = memory.position;
    server.to("a").except("b").emit("not for b");
    server.except("a").emit("not for a");
    expect(heard(memory.since(["a"], { token: start }))).toEqual([["not for b"]]);
    expect(heard(memory.since(["b", "a"], { token: start }))).toEqual([]);
    expect(heard(memory.since(["b"], { token: start }))).toEqual([["not for a"]]);
  });

  it("wakes those who wait, once, and nobody who does not wait any more", () => {
    const server = new TestServer();
    server.history("a").history("b");
    const memory = past(server.sockets);
    const woken: string[] = [];
    memory.whenNew(["a", "b"], () => woken.push("a or b"));
    memory.whenNew(["b"], () => woken.push("b"));
    memory.whenNew(["a"], () => woken.push("never"))();
    server.to(["a", "b"]).emit("n");
    expect(woken).toEqual(["a or b", "b"]);
    server.to("a").emit("n");
    memory.whenNew(["b"], () => woken.push("everyone"));
    server.emit("n");
    expect(woken).toEqual(["a or b", "b", "everyone"]);
  });

  it("is inherited by the namespaces that clients ask for", () => {
    const server = new TestServer();
    const parent = server.of(/^\/room-/).history("news", { max: 1 });
    server.join("/room-1");
    const child = server.of("/room-1");
    const memory = past(child);
    const start = memory.position;
    parent.to("news").emit("n", 1);
    child.to("news").emit("n", 2);
    expect(memory.state("news")).toMatchObject({ first: 2, last: 2 });
    expect(memory.since(["news"], { token: start }).gaps).toEqual([{ room: "news", reason: "expired" }]);
    expect(parent.past).toBeUndefined();
  });

  it("has the age that was asked for", () => {
    const server = new TestServer();
    server.history("a", { age: 1_000 });
    server.to("a").emit("n", 1);
    const memory = past(server.sockets);
    server.clock.advance(999);
    expect(heard(memory.since(["a"], { last: 9 }))).toHaveLength(1);
    server.clock.advance(1);
    expect(heard(memory.since(["a"], { last: 9 }))).toHaveLength(0);
  });

  it.each([[5], [undefined], [{}]])("refuses %j as a room", (room) => {
    const refusal = expect.objectContaining({ code: "BARO_OPTION" });
    expect(() => new TestServer().history(room as never)).toThrow(refusal);
  });

  it.each([[{ max: 0 }], [{ bytes: -1 }], [{ age: 0.5 }], [{ max: "9" }]])(
    "refuses %j as bounds",
    (bounds) => {
      const refusal = expect.objectContaining({ code: "BARO_OPTION" });
      expect(() => new TestServer().history("a", bounds as never)).toThrow(refusal);
    },
  );

  it("forgets rooms of a pattern that nobody is in, and remembers those that have a name", () => {
    const server = new TestServer();
    server.history("named", { age: 10 }).history(/^p/, { age: 10 });
    const memory = past(server.sockets);
    server.to("named").emit("n");
    for (let n = 0; n < 1_200; n++) server.to(`p${n}`).emit("n");
    server.clock.advance(10);
    for (let n = 0; n < 1_000; n++) server.to("p1").emit("n");
    expect(memory.state("named")).toMatchObject({ first: 2, last: 1 });
    expect(memory.state("p500")).toBeUndefined();
  });
});
