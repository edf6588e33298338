import { describe, expect, it } from "vitest";
import type { Socket } from "../../src/server/socket.ts";
import { TestServer } from "./support.ts";

const user = ({ handshake }: Pick<Socket, "handshake">) => ({
  key: String(handshake.auth.user),
  info: { name: String(handshake.auth.user).toUpperCase() },
});

const start = () => {
  const server = new TestServer();
  server.sockets.presence("lobby", { user });
  server.on("connection", (socket) => socket.join("lobby"));
  const enter = (name: string) => {
    const session = server.open();
    session.receive(`0{"user":"${name}"}`);
    return { session, heard: () => session.take().slice(0) };
  };
  return { server, enter };
};

const event = (name: string, data: unknown) => `2${JSON.stringify([name, data])}`;
const ada = { key: "ada", info: { name: "ADA" } };
const bob = { key: "bob", info: { name: "BOB" } };

describe("presence", () => {
  it("gives a snapshot to who joins, and tells the others", () => {
    const { server, enter } = start();
    const first = enter("ada");
    expect(first.heard().slice(1)).toEqual([event("presence", { room: "lobby", users: [ada] })]);
    const second = enter("bob");
    expect(second.heard().slice(1)).toEqual([event("presence", { room: "lobby", users: [ada, bob] })]);
    expect(first.heard()).toEqual([event("presence:join", { room: "lobby", ...bob })]);
    expect(server.sockets.presence("lobby")).toEqual([ada, bob]);
    expect(server.sockets.presence("elsewhere")).toEqual([]);
  });

  it("counts users, not sockets", () => {
    const { server, enter } = start();
    const first = enter("ada");
    first.heard();
    const second = enter("ada");
    expect(first.heard()).toEqual([]);
    second.session.end("transport close");
    server.clock.advance(10_000);
    expect(first.heard()).toEqual([]);
    expect(server.sockets.presence("lobby")).toEqual([ada]);
  });

  it("does not tell of who is back in time", () => {
    const { server, enter } = start();
    const first = enter("ada");
    first.heard();
    const second = enter("bob");
    first.heard();
    second.session.end("transport close");
    server.clock.advance(4_999);
    const again = enter("bob");
    server.clock.advance(10_000);
    expect(first.heard()).toEqual([]);
    again.session.end("transport close");
    server.clock.advance(4_999);
    expect(first.heard()).toEqual([]);
    server.clock.advance(1);
    expect(first.heard()).toEqual([event("presence:leave", { room: "lobby", ...bob })]);
    expect(server.sockets.presence("lobby")).toEqual([ada]);
  });

  it("follows leave and join, and forgets empty rooms", () => {
    const { server, enter } = start();
    enter("ada");
    const [socket] = server.sockets.sockets.values();
    socket?.leave("lobby");
    expect(server.sockets.presence("lobby")).toEqual([ada]);
    server.clock.advance(5_000);
    expect(server.sockets.presence("lobby")).toEqual([]);
    socket?.join("lobby");
    expect(server.sockets.presence("lobby")).toEqual([ada]);
  });

  it("takes patterns, and leaves out whom the application leaves out", () => {
    const server = new TestServer();
    server.sockets.presence(/^room-/g, {
      user: (socket) => (socket.handshake.auth.user === "bot" ? undefined : user(socket)),
      leaveDelay: 0,
    });
    server.on("connection", (socket) => socket.join(["room-1", "room-2", "other"]));
    const bot = server.open();
    bot.receive('0{"user":"bot"}');
    expect(bot.take().slice(1)).toEqual([]);
    const session = server.open();
    session.receive('0{"user":"ada"}');
    expect(session.take().slice(1)).toEqual([
      event("presence", { room: "room-1", users: [ada] }),
      event("presence", { room: "room-2", users: [ada] }),
    ]);
    expect(bot.take()).toHaveLength(2);
    session.end("transport close");
    server.clock.advance(0);
    expect(bot.take()).toEqual([
      event("presence:leave", { room: "room-1", ...ada }),
      event("presence:leave", { room: "room-2", ...ada }),
    ]);
  });

  it("is not broken by what the application throws, and keeps nobody from joining", () => {
    const server = new TestServer();
    server.sockets.presence("lobby", {
      user: () => {
        throw new Error("of the application");
      },
    });
    server.on("connection", (socket) => socket.join("lobby"));
    server.join();
    expect([...server.sockets.sockets.values()][0]?.rooms.has("lobby")).toBe(true);
    expect(() => server.clock.advance(0)).toThrow("of the application");
  });

  it("counts a socket that joined while a middleware thought, and one that is taken up again", () => {
    const server = new TestServer({ connectionStateRecovery: {} });
    server.sockets.presence("lobby", { user });
    server.use((socket, next) => {
      socket.join("lobby");
      next();
    });
    const watcher = server.open();
    watcher.receive('0{"user":"ada"}');
    expect(server.sockets.presence("lobby")).toEqual([ada]);
    const session = server.open();
    session.receive('0{"user":"bob"}');
    const { pid } = JSON.parse(String(session.take().find((text) => String(text).startsWith("0"))).slice(1));
    session.end("transport close");
    watcher.take();
    const again = server.open();
    again.receive(`0{"user":"bob","pid":"${pid}"}`);
    server.clock.advance(60_000);
    expect(server.sockets.presence("lobby")).toEqual([ada, bob]);
    expect(watcher.take()).toEqual([]);
  });

  it("counts those who are in the room already", () => {
    const server = new TestServer();
    server.on("connection", (socket) => socket.join("lobby"));
    const session = server.open();
    session.receive('0{"user":"ada"}');
    session.take();
    server.sockets.presence("lobby", { user });
    server.sockets.presence(/./, { user });
    expect(session.take()).toEqual([event("presence", { room: "lobby", users: [ada] })]);
  });

  it("is not kept in the history of its room", () => {
    const { server, enter } = start();
    server.sockets.history("lobby");
    enter("ada");
    expect(server.sockets.past?.since(["lobby"], { last: 10 }).events).toEqual([]);
  });

  it("leaves no timer behind when the server shuts down", () => {
    const { server, enter } = start();
    enter("ada");
    server.shutDown();
    expect(server.clock.pending).toBe(0);
  });

  it("refuses what makes no sense", () => {
    const { sockets } = new TestServer();
    expect(() => sockets.presence(5 as never, { user })).toThrow("pattern");
    expect(() => sockets.presence("a", {} as never)).toThrow("user");
    expect(() => sockets.presence("a", { user, leaveDelay: -1 })).toThrow("leaveDelay");
  });
});
