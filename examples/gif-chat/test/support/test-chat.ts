import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io, type Socket } from "socket.io-client";
import { limits as defaults, type ChatLimits as Limits } from "../../server/limits.js";
import { createChat } from "../../server/server.js";
import type { Answer, Entered, Message, Person, RoomCard } from "../../types.d.ts";

/** The chat on a free port, with a data folder of its own. */
export class TestChat {
  readonly #dataDir: string;
  readonly #limits: Limits;
  readonly #guests: Guest[] = [];
  #chat: Awaited<ReturnType<typeof createChat>>;
  #port = 0;

  private constructor(dataDir: string, limits: Limits, chat: Awaited<ReturnType<typeof createChat>>) {
    this.#dataDir = dataDir;
    this.#limits = limits;
    this.#chat = chat;
  }

  static async start(limits: Partial<Limits> = {}): Promise<TestChat> {
    const dataDir = await mkdtemp(join(tmpdir(), "baro-chat-"));
    const all = { ...defaults, ...limits };
    const chat = new TestChat(dataDir, all, await createChat({ dataDir, limits: all }));
    await chat.#listen();
    return chat;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get dataDir(): string {
    return this.#dataDir;
  }

  /** A person who is new here, with both sockets. */
  async guest(headers: Record<string, string> = {}): Promise<Guest> {
    const response = await fetch(`${this.address}/session`, { headers });
    const { person } = (await response.json()) as { person: Person };
    const cookie = response.headers.getSetCookie().map((one) => one.split(";")[0]);
    const guest = new Guest(this.address, person, cookie.join("; "));
    this.#guests.push(guest);
    await guest.connected();
    return guest;
  }

  /** The same person in another tab. */
  tab({ person, cookie }: Guest): Guest {
    const guest = new Guest(this.address, person, cookie);
    this.#guests.push(guest);
    return guest;
  }

  /** Stops the server and starts it again on the same data. */
  async restart(): Promise<void> {
    await this.#chat.close();
    this.#chat = await createChat({ dataDir: this.#dataDir, limits: this.#limits });
    await this.#listen();
  }

  async stop(): Promise<void> {
    for (const guest of this.#guests) guest.close();
    await this.#chat.close();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  async #listen(): Promise<void> {
    const { http } = this.#chat;
    http.listen(this.#port, "127.0.0.1");
    await once(http, "listening");
    const address = http.address();
    if (typeof address === "object" && address !== null) this.#port = address.port;
  }
}

/** Somebody with a cookie, and the unmodified client from npm. */
export class Guest {
  readonly person: Person;
  readonly cookie: string;
  readonly lobby: Socket;
  readonly chat: Socket;
  readonly #address: string;

  constructor(address: string, person: Person, cookie: string) {
    this.#address = address;
    this.person = person;
    this.cookie = cookie;
    const options = {
      forceNew: true,
      extraHeaders: { cookie },
      transports: ["websocket"],
      reconnectionDelay: 50,
    };
    this.lobby = io(`${address}/rooms`, options);
    this.chat = io(`${address}/chat`, options);
  }

  async connected(): Promise<void> {
    const wait = (socket: Socket) =>
      new Promise<void>((resolve) => (socket.connected ? resolve() : socket.once("connect", resolve)));
    await Promise.all([wait(this.lobby), wait(this.chat)]);
  }

  make(wish: {
    title?: unknown;
    password?: unknown;
    max?: unknown;
  }): Promise<Answer<{ id: string; ticket: string }>> {
    return this.lobby.timeout(30_000).emitWithAck("make", { title: "Cats", password: "", max: 10, ...wish });
  }

  async room(wish: { title?: string; password?: string; max?: number } = {}): Promise<string> {
    return granted(await this.make(wish)).id;
  }

  enter(room: unknown, more: object = {}): Promise<Answer<Entered>> {
    return this.ask("enter", { room, ...more });
  }

  say(text: unknown, key: unknown = crypto.randomUUID()): Promise<Answer<{ message: Message }>> {
    return this.ask("message", { text, key });
  }

  ask<T>(event: string, ...request: unknown[]): Promise<Answer<T>> {
    return this.chat.timeout(30_000).emitWithAck(event, ...request);
  }

  /** The next event of this name. */
  next<T>(event: string, socket: Socket = this.chat): Promise<T> {
    return new Promise((resolve) => {
      socket.once(event, resolve);
    });
  }

  /** The first card of this room that is as wished. */
  card(room: string, isWished: (card: RoomCard) => boolean): Promise<RoomCard> {
    return new Promise((resolve) => {
      const look = (card: RoomCard) => {
        if (card.id !== room || !isWished(card)) return;
        this.lobby.off("room", look);
        resolve(card);
      };
      this.lobby.on("room", look);
    });
  }

  async upload(
    room: string,
    file: Buffer,
    { text = "", key = crypto.randomUUID(), replyTo = "", name = "cat.gif", headers = {} } = {},
  ): Promise<{ status: number; answer: Answer<{ message: Message }> }> {
    const form = new FormData();
    form.append("text", text);
    if (replyTo !== "") form.append("replyTo", replyTo);
    form.append("gif", new Blob([new Uint8Array(file)], { type: "image/gif" }), name);
    const response = await fetch(`${this.#address}/rooms/${room}/gifs/${key}`, {
      method: "POST",
      headers: { cookie: this.cookie, ...headers },
      body: form,
    });
    return { status: response.status, answer: await response.json() };
  }

  close(): void {
    this.lobby.disconnect();
    this.chat.disconnect();
  }
}

/** What was answered, when it was granted. */
export function granted<T extends object>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.code}`);
  return answer;
}
