import { connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Message } from "../types.d.ts";
import { blinkingGif } from "./support/make-gif.ts";
import { type Guest, granted, TestChat } from "./support/test-chat.ts";

let chat: TestChat;
let ann: Guest;
let bob: Guest;
beforeEach(async () => {
  chat = await TestChat.start({ uploadsAtOnce: 1, uploadMs: 200 });
  ann = await chat.guest();
  bob = await chat.guest();
});
afterEach(() => chat.stop());

it("leaves people where they went while the password of another room was being checked", async () => {
  const locked = await ann.room({ title: "Locked", password: "meow" });
  const open = await ann.room({ title: "Open" });
  granted(await bob.enter(open));
  const slow = ann.enter(locked, { password: "meow" });
  granted(await ann.enter(open));
  // The password is being checked still: nothing here waits for it.
  expect(await slow).toMatchObject({ ok: false, code: "notInRoom" });
  const heard = bob.next<Message>("message");
  granted(await ann.say("for the open room"));
  expect(await heard).toMatchObject({ room: open, text: "for the open room" });
  expect(granted(await bob.enter(locked, { password: "meow" })).people.map(({ id }) => id)).toEqual([
    bob.person.id,
  ]);
});

it("lets nobody in who left while their password was being checked", async () => {
  const locked = await ann.room({ title: "Locked", password: "meow" });
  const slow = ann.enter(locked, { password: "meow" });
  await ann.ask("leave", {});
  expect(await slow).toMatchObject({ ok: false, code: "notInRoom" });
  expect(await ann.say("hello?")).toMatchObject({ ok: false, code: "notInRoom" });
});

it("gives up an upload that never comes to its end", async () => {
  const room = await ann.room();
  granted(await ann.enter(room));
  const { port } = new URL(chat.address);
  const socket = connect(Number(port), "127.0.0.1");
  socket.write(
    `POST /rooms/${room}/gifs/0123456789 HTTP/1.1\r\nHost: x\r\nCookie: ${ann.cookie}\r\n` +
      "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n",
  );
  await new Promise((resolve) => socket.once("close", resolve));
  expect((await ann.upload(room, blinkingGif())).answer).toMatchObject({ ok: true });
});
