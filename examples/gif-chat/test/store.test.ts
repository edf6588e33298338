import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Store } from "../server/store.js";
import type { Gif } from "../types.d.ts";

const LIMITS = { messagesPerRoom: 5, gifBytesPerRoom: 1_000 };
const from = { id: "me", name: "Me", hue: 30 };

describe("Store", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "baro-store-"));
    store = new Store(join(folder, "chat.lmdb"), LIMITS);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const add = (key: string, { room = "a", gif = null as Gif | null, at = 1 } = {}) =>
    store.addMessage({ room, key, at, from, text: key, gif, replyTo: null });
  const texts = (room = "a", page: { before?: number; limit: number } = { limit: 100 }) =>
    store.before(room, page).map(({ seq, text }) => `${seq} ${text}`);
  const gif = (url: string, size: number): Gif => ({ url, width: 1, height: 1, size });

  it("numbers the messages of each room from 1, in order", async () => {
    await Promise.all([add("x"), add("y"), add("z", { room: "b" })]);
    expect(texts()).toEqual(["1 x", "2 y"]);
    expect(texts("b")).toEqual(["1 z"]);
    expect(texts("c")).toEqual([]);
    expect([store.first("a"), store.last("a"), store.last("c")]).toEqual([1, 2, 0]);
  });

  it("gives pages backwards", async () => {
    for (const key of ["v", "w", "x", "y"]) await add(key);
    expect(texts("a", { limit: 2 })).toEqual(["3 x", "4 y"]);
    expect(texts("a", { before: 3, limit: 2 })).toEqual(["1 v", "2 w"]);
    expect(texts("a", { before: 1, limit: 2 })).toEqual([]);
  });

  it("stores a key once, also when it comes twice at the same time", async () => {
    const [one, two] = await Promise.all([add("x"), add("x", { at: 2 })]);
    const three = await add("x", { at: 3 });
    expect([one.known, two.known, three.known]).toEqual([false, true, true]);
    expect([one, two, three].map(({ message }) => message)).toEqual(Array(3).fill(one.message));
    expect(texts()).toEqual(["1 x"]);
  });

  it("drops the oldest above the bounds, and forgets their keys", async () => {
    for (const key of ["s", "t", "u", "v", "w"]) await add(key);
    const { dropped } = await add("x");
    expect(dropped.map(({ text }) => text)).toEqual(["s"]);
    expect(texts()).toEqual(["2 t", "3 u", "4 v", "5 w", "6 x"]);
    expect(store.find("a", "me", "s")).toBeUndefined();
    expect((await add("s")).message.seq).toBe(7);
  });

  it("drops the oldest when the GIFs are too many bytes", async () => {
    await add("x", { gif: gif("/1", 600) });
    await add("y");
    const { dropped } = await add("z", { gif: gif("/2", 600) });
    expect(dropped.map(({ text }) => text)).toEqual(["x"]);
    expect(texts()).toEqual(["2 y", "3 z"]);
  });

  it("goes on where it was, when it is opened again", async () => {
    await store.putRoom({ id: "a", title: "A", max: 2, lock: null, madeAt: 1, owner: null, removed: [] });
    for (const key of ["s", "t", "u", "v", "w", "x"]) await add(key, { gif: gif(`/${key}`, 100) });
    await store.close();
    store = new Store(join(folder, "chat.lmdb"), LIMITS);
    expect(store.rooms()).toMatchObject([{ id: "a", title: "A" }]);
    expect([store.first("a"), store.last("a")]).toEqual([2, 6]);
    expect((await add("x")).known).toBe(true);
    expect((await add("y", { gif: gif("/y", 700) })).dropped.map(({ text }) => text)).toEqual(["t", "u"]);
  });

  it("empties a message that is deleted, once, and has its place and its key still", async () => {
    const { message } = await add("x", { gif: gif("/x", 100) });
    await add("y");
    expect(await Promise.all([store.erase(message), store.erase(message)])).toEqual([true, false]);
    expect(store.get("a", 1)).toMatchObject({ seq: 1, key: "x", text: "", gif: null, gone: true });
    expect((await add("x")).known).toBe(true);
    expect([store.gone("a", 1), store.gone("a", 0)]).toEqual([[1], []]);
    // Its bytes are free again: the bound is reached by the others alone.
    expect((await add("z", { gif: gif("/z", 950) })).dropped).toEqual([]);
    for (const key of ["s", "t", "u"]) await add(key);
    expect(store.gone("a", 99)).toEqual([]);
    expect(await store.erase(message)).toBe(false);
  });

  it("removes a room with all that is in it, and nothing else", async () => {
    await store.putRoom({ id: "a", title: "A", max: 2, lock: null, madeAt: 1, owner: null, removed: [] });
    await store.putRoom({ id: "ab", title: "AB", max: 2, lock: null, madeAt: 1, owner: null, removed: [] });
    await add("x", { gif: gif("/a", 1) });
    await add("y", { room: "ab", gif: gif("/ab", 1) });
    await store.removeRoom("a");
    expect(store.rooms()).toMatchObject([{ id: "ab" }]);
    expect(texts()).toEqual([]);
    expect(store.find("a", "me", "x")).toBeUndefined();
    expect(texts("ab")).toEqual(["1 y"]);
    expect(store.survey()).toEqual({ gifs: new Set(["/ab"]), strays: new Set() });
    await add("z");
    expect(store.survey().strays).toEqual(new Set(["a"]));
  });
});
