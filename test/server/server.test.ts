import { describe, expect, it } from "vitest";
import type { Namespace } from "../../src/server/namespace.ts";
import { TestServer } from "./support.ts";

describe("Server", () => {
  it("makes a namespace once, and tells of it", () => {
    const server = new TestServer();
    const made: string[] = [];
    server.on("new_namespace", ({ name }: Namespace) => made.push(name));
    const chat = server.of("chat");
    expect(server.of("/chat")).toBe(chat);
    expect([server.of("/"), server.of("")]).toEqual([server.sockets, server.sockets]);
    expect(chat.name).toBe("/chat");
    expect(made).toEqual(["/chat"]);
  });

  it("takes a listener along with the name", () => {
    const server = new TestServer();
    const heard: string[] = [];
    server.of("/chat", (socket) => heard.push(socket.id));
    server.join("/chat");
    expect(heard).toEqual(["socket1"]);
  });

  it.each([1, {}, "/a,b", undefined])("refuses %s as a name", (name) => {
    expect(() => new TestServer().of(name as string)).toThrow(
      expect.objectContaining({ code: "BARO_OPTION" }),
    );
  });

  it.each([
    { connectTimeout: 0 },
    { connectTimeout: Number.POSITIVE_INFINITY },
    { maxHttpBufferSize: -1 },
    { maxAttachments: 1.5 },
    { attachmentTimeout: "10" as unknown as number },
  ])("refuses the options %o", (options) => {
    expect(() => new TestServer(options)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });

  it("has the listeners of the main namespace", () => {
    const server = new TestServer();
    const heard: string[] = [];
    const on = () => heard.push("on");
    const once = () => heard.push("once");
    server.on("connection", on).once("connection", once);
    server.addListener("connect", () => heard.push("connect"));
    server.prependListener("connection", () => heard.push("first"));
    server.prependOnceListener("connection", () => heard.push("first, once"));
    expect(server.sockets.listenerCount("connection")).toBe(4);
    expect(server.listenerCount("connection")).toBe(4);
    expect(server.listeners("connection")).toContain(once);
    server.join();
    expect(heard.splice(0)).toEqual(["connect", "first, once", "first", "on", "once"]);
    server.off("connection", on).removeAllListeners("connect");
    server.join();
    expect(heard.splice(0)).toEqual(["first"]);
    server.removeAllListeners();
    server.join();
    expect(heard).toEqual([]);
  });

  it("keeps nothing of a client that has gone", () => {
    const server = new TestServer();
    server.of("/x");
    const sessions = [server.join("/", "/x"), server.join(), server.open()];
    for (const session of sessions) session.end("transport close");
    expect(server.sockets.adapter.rooms.size).toBe(0);
    expect(server.of("/x").sockets.size).toBe(0);
    expect(server.clock.pending).toBe(0);
  });
});
