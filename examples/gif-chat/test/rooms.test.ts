import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../server/limits.js";
import { Rooms } from "../server/rooms.js";
import type { RoomRecord, Store } from "../server/store.js";

const person = (id: string) => ({ id, name: id, hue: 0 });
const [ann, bob] = [person("ann"), person("bob")];

describe("Rooms", () => {
  const saved: RoomRecord[] = [];
  let rooms: Rooms;
  let heard: string[];
  const store = { rooms: () => saved, putRoom: async () => {} } as unknown as Store;
  const open = () => {
    rooms = new Rooms(store, limits);
    heard = [];
    rooms.on("came", (_room, { id }) => heard.push(`${id} came`));
    rooms.on("left", (_room, { id }) => heard.push(`${id} left`));
    rooms.on("gone", () => heard.push("gone"));
  };
  beforeEach(() => {
    vi.useFakeTimers();
    saved.length = 0;
    open();
    vi.advanceTimersByTime(limits.settleMs); // the start is long ago
  });
  afterEach(() => {
    rooms.close();
    vi.useRealTimers();
  });
  const make = async (max = 2) => (await rooms.make({ title: "Cats", max, lock: null, owner: ann.id })).id;
  const enter = (room: string, who: typeof ann, socket: string, back = false) =>
    rooms.enter(room, who, socket, { back });

  it("seats a person once, in however many tabs", async () => {
    const room = await make();
    enter(room, ann, "1");
    enter(room, ann, "2");
    enter(room, bob, "3");
    rooms.leave(room, ann, "1", { lost: false });
    expect(rooms.people(room)).toEqual([ann, bob]);
    rooms.leave(room, ann, "2", { lost: false });
    expect(rooms.people(room)).toEqual([bob]);
    expect(heard).toEqual(["ann came", "bob came", "ann left"]);
  });

  it("is full for a third person, not for a third tab", async () => {
    const room = await make(2);
    enter(room, ann, "1");
    enter(room, bob, "2");
    enter(room, bob, "3");
    expect(() => enter(room, person("eve"), "4")).toThrow("roomFull");
  });

  it("gives no seat to somebody who was removed while their password was checked, and forgets the first of too many", async () => {
    const room = await make(3);
    enter(room, ann, "1");
    enter(room, bob, "2");
    await rooms.remove(room, "bob");
    expect(() => enter(room, bob, "3", true)).toThrow("removed");
    expect(heard).toEqual(["ann came", "bob came", "bob left"]);
    for (let index = 0; index < limits.removedPerRoom; index++) {
      enter(room, person(`p${index}`), `s${index}`);
      await rooms.remove(room, `p${index}`);
    }
    expect(rooms.get(room).removed).toHaveLength(limits.removedPerRoom);
    enter(room, bob, "4");
    expect(rooms.people(room)).toEqual([ann, bob]);
  });

  it("holds the seat of a lost connection, and says nothing when it is back in time", async () => {
    const room = await make();
    enter(room, ann, "1");
    rooms.leave(room, ann, "1", { lost: true });
    vi.advanceTimersByTime(limits.seatHoldMs - 1);
    enter(room, ann, "2");
    vi.advanceTimersByTime(limits.lostRoomMs * 2);
    expect(heard).toEqual(["ann came"]);
    rooms.leave(room, ann, "2", { lost: true });
    vi.advanceTimersByTime(limits.seatHoldMs);
    expect(heard).toEqual(["ann came", "ann left"]);
  });

  it("lets an empty room vanish: soon when it was left, later when it was lost", async () => {
    const left = await make();
    enter(left, ann, "1");
    rooms.leave(left, ann, "1", { lost: false });
    vi.advanceTimersByTime(limits.emptyRoomMs - 1);
    expect(rooms.cards()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(rooms.cards()).toHaveLength(0);
    expect(() => enter(left, ann, "1")).toThrow("roomGone");

    const lost = await make();
    enter(lost, ann, "1");
    rooms.leave(lost, ann, "1", { lost: true });
    vi.advanceTimersByTime(limits.seatHoldMs + limits.lostRoomMs - 1);
    expect(rooms.cards()).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(rooms.cards()).toHaveLength(0);
  });

  it("gives the rooms of before a start time to fill again, and announces nobody who is back", () => {
    saved.push({ id: "old", title: "Old", max: 2, lock: null, madeAt: 0, owner: null, removed: [] });
    rooms.close();
    open();
    enter("old", ann, "1", true);
    expect(heard).toEqual([]);
    enter("old", bob, "2", false);
    expect(heard).toEqual(["bob came"]);
    rooms.leave("old", ann, "1", { lost: false });
    vi.advanceTimersByTime(limits.settleMs);
    enter("old", ann, "3", true);
    expect(heard).toEqual(["bob came", "ann left", "ann came"]);
  });

  it("bounds the number of rooms", async () => {
    for (let made = 0; made < limits.rooms; made++) await make();
    await expect(make()).rejects.toThrow("tooManyRooms");
  });

  it("knows rooms by their own names only", () => {
    for (const id of ["__proto__", "constructor", "nothing"]) expect(() => rooms.get(id)).toThrow("roomGone");
    for (const id of [undefined, 1, {}]) expect(() => rooms.get(id)).toThrow("badRequest");
  });
});
