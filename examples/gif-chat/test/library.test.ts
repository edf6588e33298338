import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { drawGif, index } from "../library/draw.js";
import { PICTURES } from "../library/pictures.js";
import { parseGif } from "../server/gif.js";
import { Library } from "../server/library.js";
import { limits } from "../server/limits.js";
import type { LibraryGif, Message } from "../types.d.ts";
import { blinkingGif } from "./support/make-gif.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

const FOLDER = new URL("../library/", import.meta.url);

describe("the GIFs of the library", () => {
  it("are what the script draws", async () => {
    for (const picture of PICTURES) {
      const kept = await readFile(new URL(`gifs/${picture.name}.gif`, FOLDER));
      expect(kept.equals(drawGif(picture)), picture.name).toBe(true);
    }
    expect(JSON.parse(await readFile(new URL("library.json", FOLDER), "utf8"))).toEqual(index());
  });

  it("are a dozen, small, moving, and pass the chat's own checks", () => {
    expect(PICTURES).toHaveLength(12);
    for (const picture of PICTURES) {
      const gif = parseGif(Buffer.from(drawGif(picture)), limits);
      expect(gif).toMatchObject({ width: 160, height: 160, frames: picture.frames });
      expect(gif.frames).toBeGreaterThan(1);
      expect(gif.bytes.length).toBeLessThan(16 * 1024);
    }
  });
});

describe("Library", () => {
  it("forgets the oldest uploads over its bound, and never its own", () => {
    const library = new Library({ ...limits, libraryGifs: 2 }, () => true);
    const from = { id: "a", name: "A", hue: 0 };
    for (const seq of [1, 2, 3]) {
      const gif = { url: `/gifs/r/${seq}.gif`, width: 1, height: 1, size: 1 };
      library.add({ seq, room: "r", key: `${seq}`, at: 0, from, text: `cat ${seq}`, gif, replyTo: null });
    }
    const found = library.search("r", { query: "cat", language: "en" }).gifs;
    expect(found.map(({ label }) => label)).toEqual(["cat 3", "cat 2"]);
    expect(library.search("r", { query: "", language: "en" }).gifs).toHaveLength(14);
  });
});

describe("the library of the chat", () => {
  let chat: TestChat;
  let ann: Guest;
  let bob: Guest;
  let room: string;
  beforeEach(async () => {
    chat = await TestChat.start();
    ann = await chat.guest();
    bob = await chat.guest();
    room = await ann.room();
    await ann.enter(room);
  });
  afterEach(() => chat.stop());

  const search = async (guest: Guest, query: string, language = "en") =>
    granted(await guest.ask<{ gifs: LibraryGif[]; tags: string[] }>("gifs", { query, language }));
  const urls = async (guest: Guest, query: string) => (await search(guest, query)).gifs.map(({ url }) => url);
  const pick = (guest: Guest, gif: unknown) =>
    guest.ask<{ message: Message }>("message", { text: "", key: crypto.randomUUID(), gif });

  it("is searched by tags, in both languages", async () => {
    expect((await search(ann, "")).gifs).toHaveLength(12);
    expect(await urls(ann, "  GOOD night")).toEqual(["/library/sleep.gif"]);
    expect(await urls(ann, "커피")).toEqual(["/library/coffee.gif"]);
    expect((await search(ann, "hello", "ko")).gifs).toMatchObject([{ label: "손을 흔드는 친구" }]);
    expect(await urls(ann, "no such thing")).toEqual([]);
    expect((await search(ann, "", "ko")).tags).toContain("안녕");
    const response = await fetch(`${chat.address}/library/sleep.gif`);
    expect(response.headers.get("content-type")).toBe("image/gif");
  });

  it("sends one of its own", async () => {
    const { message } = granted(await pick(ann, "/library/hello.gif"));
    expect(message.gif).toMatchObject({ url: "/library/hello.gif", width: 160, height: 160 });
    expect(await ann.ask("delete", { seq: message.seq })).toEqual({ ok: true });
    expect((await fetch(`${chat.address}/library/hello.gif`)).status).toBe(200);
  });

  it("has what was uploaded, found by the words of its caption, also after a restart", async () => {
    const { message } = granted(
      (await ann.upload(room, blinkingGif(), { text: "Our #Blinky, 고양이!" })).answer,
    );
    await bob.enter(await bob.room());
    for (const query of ["blinky", "고양이", "our blink"])
      expect(await urls(bob, query)).toEqual([message.gif?.url]);
    await chat.restart();
    await bob.connected();
    await bob.enter(await bob.room());
    expect(await urls(bob, "blinky")).toEqual([message.gif?.url]);
  });

  it("copies an upload into the room where it is picked, so that both go their own way", async () => {
    const { message } = granted((await ann.upload(room, blinkingGif(), { text: "blinky" })).answer);
    const other = await bob.room();
    await bob.enter(other);
    const copy = granted(await pick(bob, message.gif?.url)).message;
    expect(copy.gif?.url).toMatch(new RegExp(`^/gifs/${other}/`));
    // The copy is no upload of its own.
    expect(await urls(bob, "blinky")).toEqual([message.gif?.url]);
    await ann.ask("delete", { seq: message.seq });
    expect(await urls(bob, "blinky")).toEqual([]);
    expect(await pick(bob, message.gif?.url)).toEqual({ ok: false, code: "gifGone" });
    expect((await fetch(`${chat.address}${copy.gif?.url}`)).status).toBe(200);
  });

  it("keeps no second file of a message that is sent twice", async () => {
    const { message } = granted((await ann.upload(room, blinkingGif())).answer);
    const request = { text: "", key: crypto.randomUUID(), gif: message.gif?.url };
    const answers = await Promise.all([ann.ask("message", request), ann.ask("message", request)]);
    expect(answers[0]).toEqual(answers[1]);
    await expect.poll(() => readdir(join(chat.dataDir, "gifs", room))).toHaveLength(2);
  });

  it("shows nothing of a room with a password, nor of one that is gone", async () => {
    const locked = await ann.room({ password: "meow" });
    await ann.enter(locked, { password: "meow" });
    const { message } = granted((await ann.upload(locked, blinkingGif(), { text: "secret" })).answer);
    await bob.enter(room);
    expect(await urls(ann, "secret")).toEqual([message.gif?.url]);
    expect(await urls(bob, "secret")).toEqual([]);
    expect((await search(bob, "")).tags).not.toContain("secret");
    expect(await pick(bob, message.gif?.url)).toEqual({ ok: false, code: "gifGone" });
    await ann.ask("close", {});
    await ann.enter(room);
    expect(await urls(ann, "secret")).toEqual([]);
  });

  it("is only for people in a room, and takes no nonsense", async () => {
    expect(await bob.ask("gifs", { query: "", language: "en" })).toEqual({ ok: false, code: "notInRoom" });
    for (const request of [
      {},
      { query: 1, language: "en" },
      { query: "x".repeat(81), language: "en" },
      { query: "", language: "__proto__" },
    ]) {
      expect(await ann.ask("gifs", request)).toEqual({ ok: false, code: "badRequest" });
    }
    for (const gif of [1, {}, []]) expect(await pick(ann, gif)).toEqual({ ok: false, code: "badRequest" });
    for (const gif of ["", "/library/../session.key", "/gifs/x/y.gif", "https://evil.example/x.gif"]) {
      expect(await pick(ann, gif)).toEqual({ ok: false, code: "gifGone" });
    }
  });
});
