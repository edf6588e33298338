import { describe, expect, it } from "vitest";
import { TestServer } from "./support.ts";

describe("the adapter", () => {
  it("tells what happens to rooms", () => {
    const server = new TestServer();
    const { adapter } = server.of("/");
    const heard: string[] = [];
    for (const event of ["create-room", "join-room", "leave-room", "delete-room"] as const) {
      adapter.on(event, (room: string, id?: string) => heard.push([event, room, id].join(" ").trim()));
    }
    const session = server.join();
    const [socket] = server.sockets.sockets.values();
    socket?.join(["a", "a"]);
    socket?.join("a");
    socket?.leave("a");
    socket?.leave("a");
    session.end("transport close");
    expect(socket?.adapter).toBe(adapter);
    expect(heard).toEqual([
      "create-room socket1",
      "join-room socket1 socket1",
      "create-room a",
      "join-room a socket1",
      "leave-room a socket1",
      "delete-room a",
      "leave-room socket1 socket1",
      "delete-room socket1",
    ]);
  });

  it("shows rooms and sockets by their names", async () => {
    const server = new TestServer();
    server.join();
    server.join();
    server.in("socket1").socketsJoin("a");
    const { adapter } = server.of("/");
    expect(adapter.rooms.get("a")).toEqual(new Set(["socket1"]));
    expect(adapter.sids.get("socket1")).toEqual(new Set(["socket1", "a"]));
    expect(adapter.socketRooms("socket1")).toEqual(new Set(["socket1", "a"]));
    expect(adapter.socketRooms("nobody")).toBeUndefined();
    expect(await adapter.sockets(new Set(["a"]))).toEqual(new Set(["socket1"]));
    expect(await adapter.sockets(new Set())).toEqual(new Set(["socket1", "socket2"]));
    expect(await adapter.serverCount()).toBe(1);
    expect(await server.in("a").allSockets()).toEqual(new Set(["socket1"]));
  });

  it("is not written to", () => {
    const { rooms } = new TestServer().of("/").adapter;
    const state = expect.objectContaining({ code: "BARO_STATE" });
    for (const write of [() => rooms.set("a", new Set()), () => rooms.delete("a"), () => rooms.clear()]) {
      expect(write).toThrow(state);
    }
  });
});
