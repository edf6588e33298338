import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../server/limits.js";
import type { Message, Person } from "../types.d.ts";
import { blinkingGif, makeGif } from "./support/make-gif.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

// The attacks on a chat with pictures, by their ids. Beside each, a healthy person goes on talking.
/** As they are, but nothing grows back while a test runs, however slow the machine is. */
const rates = Object.fromEntries(
  Object.entries(limits.rates).map(([name, { burst }]) => [name, { burst, refillMs: 600_000 }]),
) as typeof limits.rates;

let chat: TestChat;
let eve: Guest;
let ann: Guest;
let room: string;
beforeEach(async () => {
  chat = await TestChat.start({ rates });
  ann = await chat.guest();
  eve = await chat.guest();
  room = await ann.room();
  await ann.enter(room);
  await eve.enter(room);
});
afterEach(async () => {
  expect(granted(await ann.say("still here")).message.text).toBe("still here");
  await chat.stop();
});

const files = (): Promise<string[]> => readdir(join(chat.dataDir, "gifs", room)).catch(() => []);

describe("G-1: names and types of files", () => {
  it.each(["../../x", "..\\..\\x", "C:\\x", "x.gif%00.html", "/etc/passwd", "con.gif"])(
    "takes nothing of the name %j",
    async (name) => {
      const { message } = granted((await eve.upload(room, blinkingGif(), { name })).answer);
      expect(message.gif?.url).toMatch(new RegExp(`^/gifs/${room}/[0-9a-f]{32}\\.gif$`));
      expect(await files()).toEqual([message.gif?.url.split("/").at(-1)]);
      expect(await readdir(chat.dataDir)).toEqual(
        expect.not.arrayContaining(["x", "x.gif", "x.html", "passwd", "con.gif"]),
      );
    },
  );

  it.each(["", ".", "..", "x.gif\0.html"])("refuses what has no name but %j", async (name) => {
    expect((await eve.upload(room, blinkingGif(), { name })).answer).toEqual({
      ok: false,
      code: "badRequest",
    });
    expect(await files()).toEqual([]);
  });

  it.each([
    ["a page", "<!doctype html><script>alert(1)</script>"],
    ["a PNG", "\x89PNG\r\n\x1a\n"],
    ["an SVG", '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ["a GIF of no version", "GIF90a"],
    ["nothing", ""],
  ])("knows %s by its first bytes, whatever it is called", async (_what, bytes) => {
    const upload = await eve.upload(room, Buffer.from(bytes, "latin1"), { name: "cat.gif" });
    expect(upload).toEqual({ status: 415, answer: { ok: false, code: "notGif" } });
    expect(await files()).toEqual([]);
  });
});

describe("G-2: GIFs that cost more to show than to send", () => {
  const paint = () => 0xff0000;
  /** The screen of a GIF is at byte 6. */
  const screen = (width: number, height: number): Buffer => {
    const gif = blinkingGif();
    gif.writeUInt16LE(width, 6);
    gif.writeUInt16LE(height, 8);
    return gif;
  };
  /** A GIF of one pixel with so many frames. */
  const frames = (count: number): Buffer => makeGif({ width: 1, height: 1, frames: count, paint });

  it.each([
    ["a screen of 65,535 x 65,535", () => screen(65_535, 65_535)],
    ["a screen that is wide alone", () => screen(65_535, 1)],
    ["100,000 frames", () => frames(100_000)],
    [
      "a large screen in many frames",
      () => {
        const gif = makeGif({ width: 1, height: 1, frames: 30, paint });
        gif.writeUInt16LE(4_000, 6);
        gif.writeUInt16LE(4_000, 8);
        return gif;
      },
    ],
  ])("refuses %s", async (_what, make) => {
    expect(await eve.upload(room, make())).toEqual({
      status: 400,
      answer: { ok: false, code: "gifTooManyPixels" },
    });
    expect(await files()).toEqual([]);
  });

  it("refuses one that is cut at any place", async () => {
    const whole = blinkingGif(8, 8);
    const eves = Array.from({ length: 4 }, () => chat.guest());
    for (const [index, guest] of (await Promise.all(eves)).entries()) {
      await guest.enter(room);
      const cut = whole.subarray(0, Math.floor(((index + 1) * whole.length) / 5));
      expect(await guest.upload(room, cut)).toMatchObject({ status: 400, answer: { code: "gifBroken" } });
    }
    expect(await files()).toEqual([]);
  });

  it("serves one without delay between its frames, and one that says nothing, as the bytes that they are", async () => {
    const fast = makeGif({ width: 4, height: 4, frames: 2, delay: 0, paint });
    const { message } = granted((await eve.upload(room, fast)).answer);
    const served = await fetch(`${chat.address}${message.gif?.url}`);
    expect(Buffer.from(await served.arrayBuffer()).equals(fast)).toBe(true);
  });

  it("keeps nothing of a polyglot but its picture, and serves that as a GIF without an origin", async () => {
    const script = "/*<script>alert(document.domain)</script>*/";
    const gif = blinkingGif();
    const comment = Buffer.concat([Buffer.of(0x21, 0xfe, script.length), Buffer.from(script), Buffer.of(0)]);
    const polyglot = Buffer.concat([
      gif.subarray(0, -1),
      comment,
      gif.subarray(-1),
      Buffer.from(`=1;${script}`),
    ]);
    const { message } = granted((await eve.upload(room, polyglot, { name: "x.html" })).answer);
    const response = await fetch(`${chat.address}${message.gif?.url}`);
    expect(Buffer.from(await response.arrayBuffer()).equals(gif)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "image/gif",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("sandbox"),
      "cross-origin-resource-policy": "same-origin",
    });
  });
});

describe("G-3: text that is more than text", () => {
  const rename = async (guest: Guest, name: string): Promise<Person> => {
    const response = await fetch(`${chat.address}/session/name`, {
      method: "POST",
      headers: { cookie: guest.cookie, "content-type": "application/json" },
      body: JSON.stringify({ name }),
    });
    return (await response.json()).person;
  };

  it("carries markup as the characters that it is", async () => {
    const text = '<img src=x onerror="alert(1)">';
    expect(granted(await eve.say(text)).message.text).toBe(text);
    expect(granted((await eve.upload(room, blinkingGif(), { text })).answer).message.text).toBe(text);
    expect((await rename(eve, "<b>Eve</b>")).name).toBe("<b>Eve</b>");
  });

  it("takes out what turns the text around it about: in messages, captions, names and titles", async () => {
    const text = "\u202egpj.exe\u202c \u2066x\u2069 \u202d";
    const clean = "gpj.exe x";
    expect(granted(await eve.say(text)).message.text).toBe(clean);
    expect(granted((await eve.upload(room, blinkingGif(), { text })).answer).message.text).toBe(clean);
    expect((await rename(eve, text)).name).toBe(clean);
    const other = await eve.room({ title: text });
    expect(granted(await eve.enter(other)).room.title).toBe(clean);
  });

  it("leaves a few of 10,000 marks on one letter", async () => {
    const text = `a${"\u0300\u0316".repeat(5_000)}`;
    expect([...granted(await eve.say(text)).message.text].length).toBeLessThan(10);
    expect([...(await rename(eve, text.slice(0, 801))).name].length).toBeLessThan(10);
  });

  it("quotes no more of a message than its beginning, and cuts no letter in two", async () => {
    const first = granted(await eve.say("🐈".repeat(1_000))).message;
    const reply = granted(
      await eve.ask<{ message: Message }>("message", {
        key: crypto.randomUUID(),
        text: "?",
        replyTo: first.seq,
      }),
    ).message;
    expect(reply.quote?.text).toBe("🐈".repeat(limits.quoteLength));
  });
});

describe("G-4: more than a person says", () => {
  it("lets nobody flood a room with messages, and tells how long to wait", async () => {
    const heard: Message[] = [];
    ann.chat.on("message", (message: Message) => heard.push(message));
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => eve.say(String(index))));
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused.length).toBe(200 - rates.message.burst);
    for (const answer of refused)
      expect(answer).toMatchObject({ code: "tooFast", retryAfter: expect.any(Number) });
    await ann.ask("older", { before: 1 });
    expect(heard.length).toBe(rates.message.burst);
  });

  it("counts a person, not a tab", async () => {
    const tab = chat.tab(eve);
    await tab.connected();
    await tab.enter(room);
    const both = Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? eve : tab).say(String(index)));
    const granted = (await Promise.all(both)).filter(({ ok }) => ok);
    expect(granted.length).toBe(rates.message.burst);
  });

  it("bounds uploads, at once and in the long run, and refuses before a byte of the file is read", async () => {
    const statuses: number[] = [];
    for (let count = 0; count < 8; count++) statuses.push((await eve.upload(room, blinkingGif())).status);
    const { burst } = rates.upload;
    expect(statuses).toEqual(statuses.map((_, index) => (index < burst ? 200 : 429)));
    expect(await files()).toHaveLength(burst);
  });

  it("says in words of its own when there are too many in an hour", async () => {
    const hourly = { ...rates, uploadsPerHour: { burst: 2, refillMs: 600_000 } };
    const other = await TestChat.start({ rates: hourly });
    const mallory = await other.guest();
    const place = await mallory.room();
    await mallory.enter(place);
    for (let count = 0; count < 2; count++)
      expect((await mallory.upload(place, blinkingGif())).status).toBe(200);
    expect(await mallory.upload(place, blinkingGif())).toMatchObject({
      status: 429,
      answer: { code: "tooManyUploads", retryAfter: expect.any(Number) },
    });
    await other.stop();
  });

  it.each(["typing", "older", "gifs", "delete"])("bounds how often one asks for %s", async (event) => {
    const heard: unknown[] = [];
    ann.chat.on("typing", (person) => heard.push(person));
    const request = { before: 1, query: "", language: "en", seq: 99 };
    if (event === "typing") for (let count = 0; count < 100; count++) eve.chat.emit("typing");
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => eve.ask(event === "typing" ? "older" : event, request)),
    );
    expect(answers.filter((answer) => !answer.ok && answer.code === "tooFast").length).toBeGreaterThan(50);
    if (event === "typing") expect(heard.length).toBeLessThan(10);
  });
});

describe("G-5: reading what is not for oneself", () => {
  it("gives nothing of a room to somebody outside, by any way", async () => {
    const locked = await ann.room({ password: "meow" });
    await ann.enter(locked, { password: "meow" });
    const { message } = granted((await ann.upload(locked, blinkingGif(), { text: "secret" })).answer);
    const mallory = await chat.guest();
    const heard: unknown[] = [];
    mallory.chat.onAny((...event) => heard.push(event));
    const request = {
      room: locked,
      before: 100,
      seq: message.seq,
      query: "secret",
      language: "en",
      person: ann.person.id,
    };
    for (const event of ["older", "delete", "gifs", "remove", "close", "message"]) {
      expect(await mallory.ask(event, { ...request, text: "hi", key: "12345678" })).toEqual({
        ok: false,
        code: "notInRoom",
      });
    }
    expect(await mallory.enter(locked, { after: 0 })).toEqual({ ok: false, code: "passwordNeeded" });
    for (const namespace of ["/chat", "/watch", "/"]) {
      for (const path of ["sse", "poll"]) {
        for (const name of [locked, `room:${locked}`, ann.chat.id ?? ""]) {
          const response = await fetch(
            `${chat.address}/socket.io/${path}?ns=${encodeURIComponent(namespace)}&room=${encodeURIComponent(name)}`,
            { headers: { cookie: mallory.cookie } },
          );
          expect(response.status, `${path} ${namespace} ${name}`).toBeGreaterThanOrEqual(400);
          expect(await response.text()).not.toContain("secret");
        }
      }
    }
    await ann.say("secret, too");
    // In an open room, an answer that quotes by a number quotes of that room, and GIFs are searched in it.
    await mallory.enter(room);
    const answer = granted(
      await mallory.ask<{ message: Message }>("message", {
        text: "?",
        key: crypto.randomUUID(),
        replyTo: message.seq,
      }),
    ).message;
    expect(answer.quote).toBeNull();
    expect(JSON.stringify(heard)).not.toContain("secret");
  });
});
