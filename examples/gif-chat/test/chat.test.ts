import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { io } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Message, Person, RoomCard } from "../types.d.ts";
import { blinkingGif } from "./support/make-gif.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

describe("the server of the GIF chat", () => {
  let chat: TestChat;
  let ann: Guest;
  let bob: Guest;
  beforeEach(async () => {
    chat = await TestChat.start({ messagesPerPage: 3 });
    ann = await chat.guest();
    bob = await chat.guest();
  });
  afterEach(() => chat.stop());

  describe("people", () => {
    it("gives a name in the language of the browser, and a key that only its owner reads", async () => {
      const korean = await chat.guest({ "accept-language": "ko-KR,ko;q=0.9,en;q=0.8" });
      expect(korean.person.name).toMatch(/^[가-힣 ]+$/);
      expect(ann.person.name).toMatch(/^[A-Za-z ]+$/);
      expect((await stat(join(chat.dataDir, "session.key"))).mode & 0o777).toBe(0o600);
    });

    it("lets nobody connect without the signed cookie, nor with one of their own making", async () => {
      const forged = ann.cookie.replace(/baro-person=[^;.]+/, `baro-person=${bob.person.id}`);
      for (const cookie of ["", "baro-person=x.eA", forged]) {
        const socket = io(`${chat.address}/chat`, {
          forceNew: true,
          extraHeaders: { cookie },
          reconnection: false,
        });
        const error = await new Promise<Error>((resolve) => socket.once("connect_error", resolve));
        expect(error.message).toBe("noSession");
        socket.disconnect();
      }
    });

    it("renames a person in the rooms where they are", async () => {
      const room = await ann.room();
      await ann.enter(room);
      await bob.enter(room);
      const renamed = bob.next<Person[]>("people");
      const response = await fetch(`${chat.address}/session/name`, {
        method: "POST",
        headers: { cookie: ann.cookie, "content-type": "application/json" },
        body: JSON.stringify({ name: " Anna " }),
      });
      expect(await response.json()).toMatchObject({ ok: true, person: { id: ann.person.id, name: "Anna" } });
      expect((await renamed).map(({ name }) => name)).toContain("Anna");
      const message = bob.next<Message>("message");
      await ann.say("hi");
      expect((await message).from).toEqual({ ...ann.person, name: "Anna" });
    });

    it("takes no orders from another site", async () => {
      const response = await fetch(`${chat.address}/session/name`, {
        method: "POST",
        headers: { cookie: ann.cookie, "content-type": "application/json", origin: "https://evil.example" },
        body: JSON.stringify({ name: "Evil" }),
      });
      expect(response.status).toBe(400);
    });
  });

  describe("the lobby", () => {
    it("shows rooms as they are made, filled and left", async () => {
      const made = bob.next<RoomCard>("room", bob.lobby);
      const room = await ann.room({ title: "Cats", password: "meow", max: 4 });
      expect(await made).toMatchObject({ id: room, title: "Cats", locked: true, max: 4, people: [] });
      const filled = bob.card(room, ({ people }) => people.length === 1);
      await ann.enter(room, { password: "meow" });
      expect(await filled).toMatchObject({ people: [ann.person], vanishesAt: null });
      const empty = bob.card(room, ({ people }) => people.length === 0);
      await ann.ask("leave", {});
      expect((await empty).vanishesAt).toBeGreaterThan(Date.now());
    });

    it("refuses wishes that are out of bounds", async () => {
      const refusals: [object, string][] = [
        [{ title: "  " }, "titleEmpty"],
        [{ title: "x".repeat(41) }, "titleTooLong"],
        [{ title: 1 }, "badRequest"],
        [{ password: null }, "badRequest"],
        [{ password: "x".repeat(65) }, "passwordTooLong"],
        [{ max: 1 }, "membersOutOfRange"],
        [{ max: 51 }, "membersOutOfRange"],
        [{ max: 2.5 }, "membersOutOfRange"],
        [{ max: "10" }, "membersOutOfRange"],
      ];
      for (const [wish, code] of refusals) expect(await ann.make(wish)).toEqual({ ok: false, code });
    });
  });

  describe("entering", () => {
    it("asks for the password, once", async () => {
      const room = await ann.room({ password: "meow" });
      expect(await bob.enter(room)).toEqual({ ok: false, code: "passwordNeeded" });
      expect(await bob.enter(room, { password: "woof" })).toEqual({ ok: false, code: "passwordWrong" });
      expect(await bob.enter(room, { password: ["meow"] })).toEqual({ ok: false, code: "passwordNeeded" });
      const { ticket } = granted(await bob.enter(room, { password: "meow" }));
      await bob.ask("leave", {});
      expect(await bob.enter(room, { ticket })).toMatchObject({ ok: true });
      expect(await ann.enter(room, { ticket })).toEqual({ ok: false, code: "passwordNeeded" });
    });

    it("lets nobody guess for long, whatever cookie they show", async () => {
      const room = await ann.room({ password: "meow" });
      const codes = new Set<unknown>();
      for (let guess = 0; guess < 12; guess++) {
        const answer = await (guess % 2 ? ann : bob).enter(room, { password: `guess ${guess}` });
        codes.add(answer.ok || answer.code);
      }
      expect(codes).toEqual(new Set(["passwordWrong", "tooFast"]));
    });

    it("refuses when the room is full, and lets in when somebody has left", async () => {
      const room = await ann.room({ max: 2 });
      const eve = await chat.guest();
      await ann.enter(room);
      await bob.enter(room);
      expect(await eve.enter(room)).toEqual({ ok: false, code: "roomFull" });
      await bob.ask("leave", {});
      expect(await eve.enter(room)).toMatchObject({ ok: true });
    });

    it("tells the others who came and who left", async () => {
      const room = await ann.room();
      await ann.enter(room);
      const came = ann.next("came");
      await bob.enter(room);
      expect(await came).toEqual(bob.person);
      const left = ann.next("left");
      bob.chat.disconnect();
      expect(await left).toEqual(bob.person);
    });

    it("gives the last messages, and older ones on request", async () => {
      const room = await ann.room();
      await ann.enter(room);
      for (const text of ["1", "2", "3", "4", "5"]) await ann.say(text);
      const entered = granted(await bob.enter(room));
      expect(entered.messages.map(({ text }) => text)).toEqual(["3", "4", "5"]);
      expect(entered.more).toBe(true);
      const older = granted(await bob.ask<{ messages: Message[]; more: boolean }>("older", { before: 3 }));
      expect(older.messages.map(({ text }) => text)).toEqual(["1", "2"]);
      expect(older.more).toBe(false);
    });

    it("gives only what was missed, or says that too much was", async () => {
      const room = await ann.room();
      await ann.enter(room);
      for (const text of ["1", "2", "3", "4", "5"]) await ann.say(text);
      const missed = async (after: unknown) => {
        const { messages, gap } = granted(await bob.enter(room, { after }));
        return [messages.map(({ seq }) => seq), gap];
      };
      expect(await missed(3)).toEqual([[4, 5], false]);
      expect(await missed(5)).toEqual([[], false]);
      expect(await missed(2)).toEqual([[3, 4, 5], false]);
      expect(await missed(1)).toEqual([[3, 4, 5], true]);
      expect(await missed(99)).toEqual([[3, 4, 5], true]);
      for (const nonsense of [-1, 1.5, "3", null, {}])
        expect(await missed(nonsense)).toEqual([[3, 4, 5], false]);
    });
  });

  describe("messages", () => {
    it("refuses what is too long, empty or nonsense, and stays connected", async () => {
      await ann.enter(await ann.room());
      expect(await ann.say("길".repeat(2_001))).toEqual({ ok: false, code: "messageTooLong" });
      expect(await ann.say("길".repeat(2_000))).toMatchObject({ ok: true });
      expect(await ann.say(" \u202e ")).toEqual({ ok: false, code: "messageEmpty" });
      for (const text of [undefined, null, 7, {}, []]) {
        expect(await ann.say(text)).toEqual({ ok: false, code: "badRequest" });
      }
      for (const key of ["short", "x".repeat(65), "../../../etc", 5, null]) {
        expect(await ann.say("hi", key)).toEqual({ ok: false, code: "badRequest" });
      }
      for (const request of [null, "x", 1, undefined]) {
        expect(await ann.ask("message", request)).toEqual({ ok: false, code: "badRequest" });
      }
      ann.chat.emit("message");
      ann.chat.emit("enter", 1, 2, 3);
      expect(await ann.say("still here")).toMatchObject({ ok: true });
    });

    it("is only for those in the room", async () => {
      const room = await ann.room({ password: "meow" });
      await ann.enter(room, { password: "meow" });
      await ann.say("secret");
      for (const event of ["message", "older"]) {
        const request = { text: "hi", key: "12345678", before: 100, room };
        expect(await bob.ask(event, request)).toEqual({ ok: false, code: "notInRoom" });
      }
      expect(await bob.upload(room, blinkingGif())).toMatchObject({
        status: 403,
        answer: { code: "notInRoom" },
      });
    });

    it("comes once, however often it is sent", async () => {
      const room = await ann.room();
      await ann.enter(room);
      await bob.enter(room);
      const heard: string[] = [];
      bob.chat.on("message", ({ text }: Message) => heard.push(text));
      const key = crypto.randomUUID();
      const answers = await Promise.all([ann.say("once", key), ann.say("once", key)]);
      expect(granted(answers[0]).message).toEqual(granted(answers[1]).message);
      await ann.say("once", key);
      await ann.say("end");
      expect(granted(await bob.enter(room, { after: 0 })).messages.map(({ text }) => text)).toEqual([
        "once",
        "end",
      ]);
      expect(heard).toEqual(["once", "end"]);
    });

    it("is refused when they come too fast, with the time to wait", async () => {
      await ann.enter(await ann.room());
      const answers = await Promise.all(Array.from({ length: 30 }, (_, count) => ann.say(String(count))));
      const refused = answers.filter((answer) => !answer.ok);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused[0]).toMatchObject({ code: "tooFast", retryAfter: expect.any(Number) });
    });
  });

  describe("GIFs", () => {
    let room: string;
    beforeEach(async () => {
      room = await ann.room();
      await ann.enter(room);
      await bob.enter(room);
    });

    it("brings a GIF with its size to the others, and serves it as nothing but a GIF", async () => {
      const came = bob.next<Message>("message");
      const { answer } = await ann.upload(room, blinkingGif(64, 48), {
        text: "look",
        name: "../../evil.html",
      });
      const { message } = granted(answer);
      expect(await came).toEqual(message);
      expect(message).toMatchObject({ text: "look", from: ann.person, gif: { width: 64, height: 48 } });
      expect(message.gif?.url).toMatch(new RegExp(`^/gifs/${room}/[0-9a-f]{32}\\.gif$`));

      const response = await fetch(`${chat.address}${message.gif?.url}`);
      expect(Buffer.from(await response.arrayBuffer())).toEqual(blinkingGif(64, 48));
      const { headers } = response;
      expect(headers.get("content-type")).toBe("image/gif");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("sandbox");
      expect(headers.get("cache-control")).toContain("immutable");
    });

    it("refuses what is no GIF, too large, too wide or broken, and keeps no file of it", async () => {
      const huge = blinkingGif();
      huge.writeUInt16LE(65_535, 6);
      const refusals: [Buffer, number, string][] = [
        [Buffer.from("<html>"), 415, "notGif"],
        [Buffer.concat([blinkingGif(), Buffer.alloc(5 * 1024 * 1024)]), 413, "gifTooLarge"],
        [huge, 400, "gifTooManyPixels"],
        [blinkingGif().subarray(0, 900), 400, "gifBroken"],
      ];
      for (const [file, status, code] of refusals) {
        expect(await ann.upload(room, file)).toEqual({ status, answer: { ok: false, code } });
      }
      expect(await readdir(join(chat.dataDir, "gifs")).catch(() => [])).toEqual([]);
    });

    it("refuses a caption that is too long", async () => {
      for (const text of ["x".repeat(2_001), "x".repeat(20_000)]) {
        expect((await ann.upload(room, blinkingGif(), { text })).answer).toEqual({
          ok: false,
          code: "messageTooLong",
        });
      }
    });

    it("stores an upload that is repeated once", async () => {
      const key = crypto.randomUUID();
      const uploads = [1, 2].map(() => ann.upload(room, blinkingGif(), { key }));
      const [first, second] = await Promise.all(uploads);
      const third = await ann.upload(room, blinkingGif(), { key });
      expect(second?.answer).toEqual(first?.answer);
      expect(third.answer).toEqual(first?.answer);
      expect(await readdir(join(chat.dataDir, "gifs", room))).toHaveLength(1);
    });

    it("limits the rate of uploads", async () => {
      const answers: number[] = [];
      for (let count = 0; count < 6; count++) answers.push((await ann.upload(room, blinkingGif())).status);
      expect(answers).toContain(429);
    });

    it("is no way out of the folder", async () => {
      for (const path of [
        "../session.key",
        "..%2fsession.key",
        `${room}/..%2f..%2fsession.key`,
        "%2e%2e/session.key",
      ]) {
        const response = await fetch(`${chat.address}/gifs/${path}`);
        expect(response.status).toBeGreaterThanOrEqual(400);
      }
    });

    it("answers a form that is none, or has no file", async () => {
      const post = (body: string, type: string) =>
        fetch(`${chat.address}/rooms/${room}/gifs/${crypto.randomUUID()}`, {
          method: "POST",
          headers: { cookie: ann.cookie, "content-type": type },
          body,
        });
      for (const [body, type] of [
        ["{}", "application/json"],
        ["--x\r\n", "multipart/form-data; boundary=x"],
        ["x", "multipart/form-data"],
      ] as const) {
        const response = await post(body, type);
        expect(await response.json()).toEqual({ ok: false, code: "badRequest" });
      }
    });
  });

  it("has rooms, messages, GIFs and tickets after a restart", async () => {
    const room = await ann.room({ password: "meow" });
    const { ticket } = granted(await ann.enter(room, { password: "meow" }));
    await ann.say("before");
    const { message } = granted((await ann.upload(room, blinkingGif(), { text: "gif" })).answer);

    await chat.restart();
    await ann.connected();
    const entered = granted(await ann.enter(room, { ticket, after: 1 }));
    expect(entered.messages).toEqual([message]);
    expect((await fetch(`${chat.address}${message.gif?.url}`)).status).toBe(200);
    expect(granted(await ann.say("after")).message.seq).toBe(3);
  });

  it("sends the page with a policy that runs no foreign script, in the language of the browser", async () => {
    const response = await fetch(chat.address, { headers: { "accept-language": "ko" } });
    expect(await response.text()).toContain('<html lang="ko"');
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
    expect(response.headers.get("x-powered-by")).toBeNull();
    const client = await fetch(`${chat.address}/socket.io/socket.io.js`);
    expect(client.headers.get("content-type")).toContain("javascript");
  });
});
