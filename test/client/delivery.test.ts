import { describe, expect, it } from "vitest";
import { CONNECT, startAgreed as start } from "../support/agreed-client.ts";

describe("A server that offers nothing", () => {
  it("sees nothing of it, and neither does one that does not take up the request", () => {
    const { platform, socket, sent, receive } = start({ auth: { token: 1 } });
    platform.open();
    expect(sent()).toEqual(['40{"token":1}']);
    receive('40{"sid":"me"}');
    socket.emit("a", "~5");
    socket.emit("~b");
    expect(sent()).toEqual(['42["a","~5"]', '42["~b"]']);

    const other = start();
    other.platform.open(',"baro":1');
    expect(other.sent()).toEqual([CONNECT]);
    other.receive('40{"sid":"me"}');
    other.socket.emit("a");
    expect(other.sent()).toEqual(['42["a"]']);
    const heard: unknown[] = [];
    other.socket.onAny((...event) => heard.push(event));
    other.receive('42["~ack",5]');
    expect(heard).toEqual([["~ack", 5]]);
  });

  it.each([
    '{"v":2,"seq":0,"epoch":"one"}',
    '{"v":1,"seq":"0","epoch":"one"}',
    '{"v":1,"seq":0}',
    '{"v":1,"seq":0,"epoch":{}}',
    "[]",
    "7",
    "null",
  ])("is what answers %s", (answer) => {
    const { platform, socket, sent, receive } = start();
    platform.open(',"baro":1');
    receive(`40{"sid":"me","~rt":${answer}}`);
    sent();
    socket.emit("a");
    expect(sent()).toEqual(['42["a"]']);
  });
});

describe("A server that agreed", () => {
  it("gets each event with its number, and volatile ones without", () => {
    const { socket, agree, sent, note } = start();
    expect(agree()).toEqual([CONNECT]);
    socket.emit("a", 1);
    socket.emit("b", note("b"));
    socket.volatile.emit("c", "~9");
    socket.emit("d");
    expect(sent()).toEqual(['42["a",1,"~1"]', '420["b","~2"]', '42["c","~9","~"]', '42["d","~3"]']);
  });

  it("gets again what it may not have taken, before anything new, and nothing else", () => {
    const { socket, agree, cut, sent, receive } = start();
    agree();
    for (const name of ["a", "b", "c"]) socket.emit(name);
    receive('42["~ack",1]');
    cut();
    socket.emit("d");
    expect(agree(2)).toEqual([CONNECT]);
    expect(sent()).toEqual(['42["c","~3"]', '42["d","~4"]']);
    cut();
    agree(4);
    socket.emit("e");
    expect(sent()).toEqual(['42["e","~5"]']);
  });

  it("is asked again for the acknowledgements that were lost with the connection", () => {
    const { socket, agree, cut, sent, receive, note, answers } = start();
    agree();
    socket.emit("a", note("a"));
    socket.emit("b", note("b"));
    socket.timeout(60_000).emit("c", note("c"));
    receive('430["one"]');
    cut();
    expect(answers).toEqual([["a", "one"]]);
    agree(3);
    expect(sent()).toEqual(['421["b","~2"]', '422["c","~3"]']);
    receive('431["two"]');
    receive('432["three"]');
    expect(answers.slice(1)).toEqual([
      ["b", "two"],
      ["c", null, "three"],
    ]);
    cut();
    agree(3);
    expect(sent()).toEqual([]);
  });

  it("frees what was sent before an event that it acknowledges", () => {
    const { socket, agree, cut, sent, receive, note } = start({ maxRetained: 2 });
    agree();
    socket.emit("a");
    socket.emit("b", note("b"));
    receive("430[]");
    socket.emit("c");
    sent();
    cut();
    agree(2);
    expect(sent()).toEqual(['42["c","~3"]']);
  });

  it("that lost what it knew of the client gets nothing twice: what waits for it fails", () => {
    const { socket, agree, cut, sent, note, answers } = start();
    agree();
    socket.emit("a");
    socket.timeout(60_000).emit("b", note("b"));
    cut();
    socket.emit("c");
    agree(7, "two");
    expect(answers).toEqual([["b", "socket has been disconnected"]]);
    expect(sent()).toEqual(['42["c","~8"]']);
  });

  it("that is a stock one the next time gets nothing twice either", () => {
    const { platform, socket, agree, cut, sent, receive, note, answers } = start();
    agree();
    socket.timeout(60_000).emit("a", note("a"));
    cut();
    platform.open();
    receive('40{"sid":"me"}');
    socket.emit("b");
    expect(answers).toEqual([["a", "socket has been disconnected"]]);
    expect(sent()).toEqual(["40{}", '42["b"]']);
    cut();
    agree(1, "one");
    socket.emit("c");
    expect(sent()).toEqual(['42["c","~2"]']);
  });

  it("says when it keeps an acknowledgement no more", () => {
    const { socket, agree, cut, receive, note, answers } = start();
    agree();
    socket.timeout(60_000).emit("a", note("a"));
    cut();
    agree(1);
    receive('42["~gone",0]');
    expect(answers).toEqual([["a", "socket has been disconnected"]]);
  });

  it.each([{ maxRetained: 2 }, { maxRetainedBytes: 15 }])("gets what does not fit into %o once", (limits) => {
    const { socket, agree, cut, sent } = start(limits);
    agree();
    for (const name of ["a", "b", "c"]) socket.emit(name);
    expect(sent()).toEqual(['42["a","~1"]', '42["b","~2"]', '42["c","~"]']);
    cut();
    agree(0);
    socket.emit("d");
    expect(sent()).toEqual(['42["a","~1"]', '42["b","~2"]', '42["d","~"]']);
  });

  it("takes no number that is none", () => {
    const { socket, agree, cut, sent, receive } = start();
    agree();
    socket.emit("a");
    for (const value of ["null", '"1"', "1.5", '{"valueOf":1,"toString":1}']) receive(`42["~ack",${value}]`);
    sent();
    cut();
    agree();
    expect(sent()).toEqual(['42["a","~1"]']);
  });

  it("keeps names with a tilde to itself", () => {
    const { socket, agree, sent, receive } = start();
    agree();
    expect(() => socket.emit("~x")).toThrow(expect.objectContaining({ code: "BARO_EVENT_NAME" }));
    const heard: unknown[] = [];
    socket.onAny((...event) => heard.push(event));
    for (const packet of ['42["~ack"]', '42["~gone",{}]', '42["~advice"]', '42["~new",1]', '42["a"]']) {
      receive(packet);
    }
    expect(heard).toEqual([["a"]]);
    expect(sent()).toEqual([]);
  });

  it("tells those who wait that no answer comes, once the client leaves or gives up", () => {
    const left = start();
    left.agree();
    left.socket.timeout(60_000).emit("a", left.note("a"));
    left.socket.disconnect();
    expect(left.answers).toEqual([["a", "socket has been disconnected"]]);

    const away = start();
    away.agree();
    away.socket.timeout(60_000).emit("a", away.note("a"));
    away.cut();
    expect(away.answers).toEqual([]);
    away.socket.disconnect();
    expect(away.answers).toEqual([["a", "socket has been disconnected"]]);

    const tired = start({ reconnectionAttempts: 1 });
    tired.agree();
    tired.socket.timeout(60_000).emit("a", tired.note("a"));
    tired.cut();
    tired.platform.transport.receiver.closed("transport error");
    expect(tired.answers).toEqual([["a", "socket has been disconnected"]]);

    const single = start({ reconnection: false });
    single.agree();
    single.socket.timeout(60_000).emit("a", single.note("a"));
    single.cut();
    expect(single.answers).toEqual([["a", "socket has been disconnected"]]);
  });
});

describe("Advice", () => {
  it("is the delay before the next attempt, and those after it are by chance alone", () => {
    const { platform, agree, receive, clock } = start({ reconnectionDelay: 1_000 });
    agree();
    receive('42["~advice",{"retryIn":3000}]');
    platform.transport.receiver.closed("transport close");
    clock.advance(2_999);
    expect(platform.made).toHaveLength(1);
    clock.advance(1);
    expect(platform.made).toHaveLength(2);
    platform.transport.receiver.closed("transport error");
    // Half of the 2,000 that the second delay would be.
    clock.advance(999);
    expect(platform.made).toHaveLength(2);
    clock.advance(1);
    expect(platform.made).toHaveLength(3);
  });

  it.each(['{"retryIn":-1}', '{"retryIn":"5"}', "null", "7"])(
    "that makes no sense counts as none: %s",
    (advice) => {
      const { platform, agree, receive, clock } = start();
      agree();
      receive(`42["~advice",${advice}]`);
      platform.transport.receiver.closed("transport close");
      clock.advance(1_000);
      expect(platform.made).toHaveLength(2);
    },
  );

  it("makes nobody wait longer than ten minutes", () => {
    const { platform, agree, receive, clock } = start();
    agree();
    receive('42["~advice",{"retryIn":1e12}]');
    platform.transport.receiver.closed("transport close");
    clock.advance(600_000);
    expect(platform.made).toHaveLength(2);
  });
});

describe("refreshAuth", () => {
  it("shows what auth is, or gives", async () => {
    const { socket, agree, sent, receive } = start({ auth: { token: 1 } });
    agree();
    socket.auth = { token: 2 };
    let refreshed = socket.refreshAuth();
    await Promise.resolve();
    expect(sent()).toEqual(['420["~auth",{"token":2}]']);
    receive("430[null]");
    await refreshed;
    socket.auth = (give) => give({ token: 3 });
    refreshed = socket.refreshAuth();
    await Promise.resolve();
    expect(sent()).toEqual(['421["~auth",{"token":3}]']);
    receive('431[{"message":"expired","data":{"at":5}}]');
    await expect(refreshed).rejects.toMatchObject({ message: "expired", data: { at: 5 } });
  });

  it("is refused where no server takes credentials, and ends with the connection", async () => {
    const { platform, socket, agree, cut } = start();
    await expect(socket.refreshAuth()).rejects.toMatchObject({ code: "BARO_STATE" });
    agree();
    const refreshed = socket.refreshAuth();
    await Promise.resolve();
    cut();
    await expect(refreshed).rejects.toThrow("socket has been disconnected");
    platform.open();
    platform.transport.receive('40{"sid":"me"}');
    await expect(socket.refreshAuth()).rejects.toMatchObject({ code: "BARO_STATE" });
  });
});
