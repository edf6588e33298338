import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Message, Person } from "../types.d.ts";
import { blinkingGif } from "./support/make-gif.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

let chat: TestChat;
let ann: Guest;
let bob: Guest;
let room: string;
beforeEach(async () => {
  chat = await TestChat.start({ removedPerRoom: 2 });
  ann = await chat.guest();
  bob = await chat.guest();
  room = await ann.room();
  await ann.enter(room);
  await bob.enter(room);
});
afterEach(() => chat.stop());

const said = async (guest: Guest, text: string, more: object = {}): Promise<Message> =>
  granted(await guest.ask<{ message: Message }>("message", { text, key: crypto.randomUUID(), ...more }))
    .message;

describe("deleting", () => {
  it("takes a message of one's own from everybody, and its file from the disk", async () => {
    const { message } = granted((await bob.upload(room, blinkingGif(), { text: "oops" })).answer);
    const deleted = new Promise((resolve) => ann.chat.once("deleted", (...args) => resolve(args)));
    expect(await bob.ask("delete", { seq: message.seq })).toEqual({ ok: true });
    expect(await deleted).toEqual([room, message.seq]);
    const [tombstone] = granted(await ann.enter(room)).messages;
    expect(tombstone).toMatchObject({ seq: message.seq, gone: true, text: "", gif: null });
    await expect.poll(() => readdir(join(chat.dataDir, "gifs", room))).toEqual([]);
    expect((await fetch(`${chat.address}${message.gif?.url}`)).status).toBe(404);
  });

  it("is for the author and the owner of the room only", async () => {
    const anns = await said(ann, "ann's");
    const bobs = await said(bob, "bob's");
    expect(await bob.ask("delete", { seq: anns.seq })).toEqual({ ok: false, code: "notYours" });
    expect(await ann.ask("delete", { seq: bobs.seq })).toEqual({ ok: true });
    expect(await bob.ask("delete", { seq: bobs.seq })).toEqual({ ok: true });
    const eve = await chat.guest();
    expect(await eve.ask("delete", { seq: anns.seq })).toEqual({ ok: false, code: "notInRoom" });
    const heard: number[] = [];
    bob.chat.on("deleted", (_room: string, seq: number) => heard.push(seq));
    const twice = await Promise.all([1, 2].map(() => ann.ask("delete", { seq: anns.seq })));
    expect(twice).toEqual([{ ok: true }, { ok: true }]);
    await bob.ask("older", { before: 1 });
    expect(heard).toEqual([anns.seq]);
    expect(await ann.ask("delete", { seq: 99 })).toEqual({ ok: false, code: "messageGone" });
    for (const seq of [0, -1, 1.5, "1", null, undefined, {}]) {
      expect(await ann.ask("delete", { seq })).toEqual({ ok: false, code: "badRequest" });
    }
  });

  it("is told to a page that was away, after a restart too", async () => {
    const first = await said(ann, "first");
    await said(ann, "second");
    await ann.ask("delete", { seq: first.seq });
    expect(granted(await bob.enter(room, { after: 2 }))).toMatchObject({ messages: [], gone: [1] });
    await chat.restart();
    await bob.connected();
    expect(granted(await bob.enter(room, { after: 2 }))).toMatchObject({ messages: [], gone: [1] });
    expect(granted(await bob.enter(room))).toMatchObject({ gone: [] });
  });

  it("is not undone by sending the same message again", async () => {
    const key = crypto.randomUUID();
    const { message } = granted(await ann.say("regretted", key));
    await ann.ask("delete", { seq: message.seq });
    expect(granted(await ann.say("regretted", key)).message).toMatchObject({
      seq: message.seq,
      gone: true,
      text: "",
    });
  });
});

describe("answering a message", () => {
  it("shows the beginning of it, for as long as it is there", async () => {
    const first = await said(ann, "길".repeat(500));
    const heard = new Promise<Message>((resolve) => {
      bob.chat.on("message", (message: Message) => message.seq > first.seq && resolve(message));
    });
    const reply = await said(ann, "yes", { replyTo: first.seq });
    expect(await heard).toEqual(reply);
    expect(reply.quote).toEqual({ from: ann.person, text: "길".repeat(120), gif: null });
    await ann.ask("delete", { seq: first.seq });
    const { messages } = granted(await bob.enter(room));
    expect(messages.at(-1)).toMatchObject({ text: "yes", replyTo: first.seq, quote: null });
  });

  it("works with a GIF, and takes no nonsense", async () => {
    const first = await said(ann, "look?");
    const { message } = granted(
      (await bob.upload(room, blinkingGif(), { replyTo: String(first.seq) })).answer,
    );
    expect(message).toMatchObject({ replyTo: first.seq, quote: { text: "look?" } });
    for (const replyTo of [0, -1, 1.5, "x", {}, []]) {
      const request = { text: "hi", key: crypto.randomUUID(), replyTo };
      expect(await ann.ask("message", request)).toEqual({ ok: false, code: "badRequest" });
    }
    expect(await said(ann, "to nothing", { replyTo: 99 })).toMatchObject({ replyTo: 99, quote: null });
  });
});

describe("the owner", () => {
  it("is who made the room, also after a restart", async () => {
    expect(granted(await bob.enter(room)).room.owner).toBe(ann.person.id);
    await chat.restart();
    await bob.connected();
    expect(granted(await bob.enter(room)).room.owner).toBe(ann.person.id);
  });

  it("removes a person from all their tabs, for good", async () => {
    const { ticket } = granted(await bob.enter(room));
    const tab = chat.tab(bob);
    await tab.connected();
    await tab.enter(room);
    const removed = Promise.all([bob.next("removed"), tab.next("removed")]);
    const people = ann.next<Person[]>("people");
    expect(await ann.ask("remove", { person: bob.person.id })).toEqual({ ok: true });
    expect(await removed).toEqual([room, room]);
    expect(await tab.say("from here?")).toEqual({ ok: false, code: "notInRoom" });
    expect(await people).toEqual([ann.person]);
    expect(await bob.say("still here?")).toEqual({ ok: false, code: "notInRoom" });
    const heard: Message[] = [];
    bob.chat.on("message", (message: Message) => heard.push(message));
    await said(ann, "without Bob");
    expect(await bob.ask("older", { before: 1 })).toEqual({ ok: false, code: "notInRoom" });
    expect(heard).toEqual([]);
    expect(await bob.upload(room, blinkingGif())).toMatchObject({ status: 403 });
    expect(await bob.enter(room, { ticket })).toEqual({ ok: false, code: "removed" });
    await chat.restart();
    await bob.connected();
    expect(await bob.enter(room, { ticket })).toEqual({ ok: false, code: "removed" });
  });

  it("closes the room for everybody, with all that is in it", async () => {
    await ann.upload(room, blinkingGif());
    const closed = bob.next("closed");
    const gone = bob.next("gone", bob.lobby);
    expect(await ann.ask("close", {})).toEqual({ ok: true });
    expect(await closed).toBe(room);
    expect(await gone).toBe(room);
    expect(await bob.say("hello?")).toEqual({ ok: false, code: "notInRoom" });
    expect(await bob.enter(room)).toEqual({ ok: false, code: "roomGone" });
    await expect.poll(() => readdir(join(chat.dataDir, "gifs"))).toEqual([]);
  });

  it("is nobody else", async () => {
    for (const [event, request] of [
      ["remove", { person: ann.person.id }],
      ["close", {}],
    ] as const) {
      expect(await bob.ask(event, request)).toEqual({ ok: false, code: "notYours" });
    }
    expect(await ann.ask("remove", { person: ann.person.id })).toEqual({ ok: false, code: "badRequest" });
    expect(await ann.ask("remove", { person: "nobody" })).toEqual({ ok: false, code: "notInRoom" });
  });
});
