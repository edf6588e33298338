import { describe, expect, it } from "vitest";
import { startAgreed } from "../support/agreed-client.ts";

/** A blob whose bytes come when `read` or `fail` is called. */
function laterBlob(size: number) {
  let read: (bytes: ArrayBuffer) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  // What a promise of a platform is to the client, without its delays.
  const arrayBuffer = () => ({
    // biome-ignore lint/suspicious/noThenProperty: see above
    then: (fill: typeof read) => ({
      // biome-ignore lint/suspicious/noThenProperty: see above
      then(done: () => void, failed: typeof fail): void {
        read = (bytes) => {
          fill(bytes);
          done();
        };
        fail = (error) => {
          try {
            failed(error);
          } catch {}
        };
      },
    }),
  });
  return {
    blob: { size, arrayBuffer },
    read: () => read(new ArrayBuffer(size)),
    fail: () => fail(new Error("unreadable")),
  };
}

describe("What a client sends again", () => {
  it.each([
    ["that the server has disconnected", "41"],
    ["whose connection is closed by its own server", "1"],
  ])("fits to what the server has taken of a socket %s", (_what, end) => {
    const { socket, agree, sent, receive, clock, platform } = startAgreed();
    agree();
    for (const name of ["a", "b", "c"]) socket.emit(name);
    if (end === "41") receive(end);
    else platform.transport.receive(end);
    socket.connect();
    clock.advance(5_000);
    // It had heard only the first one.
    agree(1);
    if (end === "1") expect(sent()).toEqual(['42["b","~2"]', '42["c","~3"]']);
    sent();
    socket.emit("d");
    expect(sent()).toEqual([end === "1" ? '42["d","~4"]' : '42["d","~2"]']);
  });

  it("fits to what the server has taken of a socket that left and came at once", () => {
    const { socket, agree, sent } = startAgreed();
    agree();
    for (const name of ["a", "b", "c"]) socket.emit(name);
    socket.disconnect().connect();
    agree(1);
    socket.emit("d");
    expect(sent()).toEqual(['42["d","~2"]']);
  });

  it("waits for the answer to new credentials, too", () => {
    const { platform, socket, agree, cut, sent, receive, note, answers } = startAgreed();
    agree();
    socket.emit("a");
    socket.timeout(60_000).emit("b", note("b"));
    cut();
    platform.open(',"baro":1');
    receive('44{"message":"expired"}');
    expect(socket.active).toBe(false);
    socket.emit("c");
    socket.connect();
    agree(1);
    expect(sent()).toEqual(['420["b","~2"]', '42["c","~3"]']);
    receive('430["done"]');
    expect(answers).toEqual([["b", null, "done"]]);
  });

  it("is nothing that `retries` sends again, too", () => {
    const { socket, agree, cut, sent, clock, note, answers } = startAgreed({
      retries: 3,
      ackTimeout: 1_000,
      reconnectionDelay: 60_000,
      reconnectionDelayMax: 60_000,
    });
    agree();
    socket.emit("a", note("a"));
    expect(sent()).toEqual(['420["a","~1"]']);
    cut();
    clock.advance(60_000);
    expect(answers).toEqual([["a", "operation has timed out"]]);
    agree(0);
    expect(sent()).toEqual(['420["a","~1"]']);
  });

  it("is not sent by `retries` once the server keeps its acknowledgement no more", () => {
    const { socket, agree, cut, sent, receive, note, answers } = startAgreed({
      retries: 3,
      ackTimeout: 60_000,
    });
    agree();
    socket.emit("a", note("a"));
    cut();
    agree(1);
    sent();
    receive('42["~gone",0]');
    expect(answers).toEqual([["a", "socket has been disconnected"]]);
    expect(sent()).toEqual([]);
  });

  it("is sent by `retries` after all, when the server lost what it knew", () => {
    const { socket, agree, cut, sent, receive, note, answers } = startAgreed({
      retries: 3,
      ackTimeout: 60_000,
    });
    agree();
    socket.emit("a", note("a"));
    sent();
    cut();
    agree(0, "two");
    expect(sent()).toEqual(['421["a","~1"]']);
    receive('431["done"]');
    expect(answers).toEqual([["a", null, "done"]]);
  });

  it("leaves a hole where a blob could not be read", () => {
    const { socket, agree, cut, sent, note } = startAgreed();
    agree();
    const { blob, fail } = laterBlob(3);
    socket.emit("a");
    socket.emit("file", blob, note("file"));
    socket.emit("b");
    fail();
    expect(sent()).toEqual(['42["a","~1"]', '42["b","~3"]']);
    cut();
    agree(1);
    socket.emit("c");
    expect(sent()).toEqual(['42["b","~3"]', '42["c","~4"]']);
  });

  it("waits for a blob that was not read yet when the connection broke", () => {
    const { socket, agree, cut, sent } = startAgreed();
    agree();
    const { blob, read } = laterBlob(2);
    socket.emit("a");
    socket.emit("file", blob);
    socket.emit("b");
    cut();
    agree(0);
    expect(sent()).toEqual(['42["a","~1"]']);
    read();
    expect(sent()).toEqual(['451-["file",{"_placeholder":true,"num":0},"~2"]', '42["b","~3"]']);
  });
});

describe("A program that leaves", () => {
  it("in the callback of an event that was lost stays away", () => {
    const { socket, agree, cut, platform } = startAgreed();
    agree();
    const states: boolean[] = [];
    socket.timeout(60_000).emit("a", () => void socket.disconnect());
    socket.on("connect", () => states.push(socket.connected));
    cut();
    agree(0, "two");
    expect(states).toEqual([true]);
    expect(socket.connected).toBe(false);
    expect(socket.active).toBe(false);
    expect(platform.transport.log.at(-1)).toBe("closed");
  });

  it("and comes back in that callback has a connection of its own", () => {
    const { socket, agree, cut, platform, sent } = startAgreed();
    agree();
    socket.timeout(60_000).emit("a", () => void socket.disconnect().connect());
    cut();
    agree(0, "two");
    expect(socket.connected).toBe(false);
    expect(platform.made).toHaveLength(3);
    agree(0, "two");
    expect(socket.connected).toBe(true);
    socket.emit("b");
    expect(sent()).toEqual(['42["b","~1"]']);
  });

  it("in a listener of what it missed hears no `connect`, and keeps what waits", () => {
    const { socket, platform, receive, sent } = startAgreed();
    let connects = 0;
    socket.on("connect", () => void connects++);
    socket.on("missed", () => void socket.disconnect());
    socket.emit("a");
    platform.open();
    receive('42["missed"]');
    receive('40{"sid":"me"}');
    expect([connects, socket.connected, socket.sendBuffer.length]).toEqual([0, false, 1]);
    socket.connect();
    platform.open();
    sent();
    receive('40{"sid":"me"}');
    expect(sent()).toEqual(['42["a"]']);
    expect(connects).toBe(1);
  });

  it("and comes back is not sent away by what the server said to the socket before", () => {
    const { manager, socket, platform, receive, sent } = startAgreed();
    const other = manager.socket("/other");
    platform.open();
    receive('40{"sid":"first"}');
    receive('40/other,{"sid":"other"}');
    // Both sides end it at the same time.
    socket.disconnect().connect();
    sent();
    receive("41");
    expect(socket.active).toBe(true);
    receive('40{"sid":"second"}');
    expect([socket.id, socket.connected, other.connected]).toEqual(["second", true, true]);
    expect(sent()).toEqual([]);
  });
});
