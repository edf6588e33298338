import { EventSource } from "baro/sse";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Message } from "../types.d.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

const NAMES = ["newest", "message", "deleted", "closed", "gap"] as const;

/** A page that has nothing but `EventSource`, and what it has heard. */
class Watcher {
  readonly heard: [name: string, data: unknown][] = [];
  readonly source: EventSource;
  lastEventId = "";

  constructor(chat: TestChat, room: string, headers: Record<string, string> = {}) {
    this.source = new EventSource(`${chat.address}/socket.io/sse?ns=/watch&room=room:${room}`, { headers });
    for (const name of NAMES) {
      this.source.addEventListener(name, ({ data, lastEventId }: { data: string; lastEventId: string }) => {
        this.heard.push([name, data === "" ? undefined : JSON.parse(data)]);
        this.lastEventId = lastEventId;
      });
    }
  }

  /** Waits until something of this name was heard, and gives the last of them. */
  async hears(name: (typeof NAMES)[number], count = 1): Promise<unknown> {
    const all = () => this.heard.filter(([one]) => one === name);
    await expect.poll(() => all().length).toBe(count);
    return all().at(-1)?.[1];
  }

  /** Waits until it is told that it may not listen. */
  async isRefused(): Promise<void> {
    await expect.poll(() => this.source.readyState).toBe(EventSource.CLOSED);
  }

  texts(): string[] {
    return this.heard.flatMap(([name, data]) => {
      if (name === "newest") return (data as { messages: Message[] }).messages.map(({ text }) => text);
      return name === "message" ? [(data as Message).text] : [];
    });
  }
}

describe("watching a room", () => {
  let chat: TestChat;
  let ann: Guest;
  const watchers: Watcher[] = [];
  const watch = (room: string, headers: Record<string, string> = {}) => {
    const watcher = new Watcher(chat, room, headers);
    watchers.push(watcher);
    return watcher;
  };
  beforeEach(async () => {
    chat = await TestChat.start();
    ann = await chat.guest();
  });
  afterEach(async () => {
    for (const { source } of watchers.splice(0)) source.close();
    await chat.stop();
  });

  it("begins with what is there, and goes on with what comes, without a cookie and without a seat", async () => {
    const room = await ann.room({ title: "Cats" });
    await ann.enter(room);
    await ann.say("before");
    const watcher = watch(room);
    expect(await watcher.hears("newest")).toMatchObject({ title: "Cats", messages: [{ text: "before" }] });
    const { message } = granted(await ann.say("after"));
    expect(await watcher.hears("message")).toEqual(message);
    await ann.ask("delete", { seq: 1 });
    expect(await watcher.hears("deleted")).toBe(1);
    expect(granted(await ann.enter(room)).people).toEqual([ann.person]);
  });

  it("catches up by Last-Event-ID on what was said while the stream was cut, each message once", async () => {
    const room = await ann.room();
    await ann.enter(room);
    const first = watch(room);
    await first.hears("newest");
    await ann.say("one");
    await first.hears("message");
    first.source.close();
    await ann.say("two");
    await ann.say("three");
    const back = watch(room, { "last-event-id": first.lastEventId });
    await back.hears("message", 2);
    await ann.say("four");
    await back.hears("message", 3);
    expect(back.texts()).toEqual(["two", "three", "four"]);
  });

  it("is told of a gap after a restart, when nobody knows any more where it was", async () => {
    const room = await ann.room();
    await ann.enter(room);
    const watcher = watch(room);
    await watcher.hears("newest");
    await ann.say("one");
    await watcher.hears("message");
    await chat.restart();
    expect(await watcher.hears("gap")).toMatchObject({ rooms: [{ reason: "epoch" }, { room: null }] });
  });

  it("ends with the room", async () => {
    const room = await ann.room();
    await ann.enter(room);
    const watcher = watch(room);
    await watcher.hears("newest");
    await ann.ask("close", {});
    await watcher.hears("closed");
    await watcher.isRefused();
  });

  it("is for those inside where the room has a password, and ends for whom the owner removes", async () => {
    const room = await ann.room({ password: "meow" });
    await ann.enter(room, { password: "meow" });
    await ann.say("secret");
    const bob = await chat.guest();
    await watch(room).isRefused();
    await watch(room, { cookie: bob.cookie }).isRefused();
    await bob.enter(room, { password: "meow" });
    const inside = watch(room, { cookie: bob.cookie });
    await inside.hears("newest");
    expect(inside.texts()).toEqual(["secret"]);
    await ann.ask("remove", { person: bob.person.id });
    await inside.isRefused();
  });

  it("opens no other room, and no socket's own", async () => {
    for (const room of ["nothing", "", "room:", "../x"]) await watch(room).isRefused();
    const response = await fetch(`${chat.address}/socket.io/sse?ns=/chat&room=${await ann.room()}`);
    expect(response.status).toBe(403);
    await response.body?.cancel();
  });

  it("has a page that is sent in the language of the browser, and gives no cookie", async () => {
    const response = await fetch(`${chat.address}/rooms/x/watch`, { headers: { "accept-language": "ko" } });
    const page = await response.text();
    expect(page).toContain('<html lang="ko"');
    expect(page).toContain("구경하는 중");
    expect(page).not.toMatch(/\{\w+\}/);
    expect(page).not.toContain("socket.io");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  });
});
