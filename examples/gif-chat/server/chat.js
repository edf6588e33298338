import { EventEmitter } from "node:events";
import { readMessage } from "./quote.js";
import { ChatRefusal } from "./refusal.js";
import { parseLine, parseMessageText } from "./text.js";

/**
 * @typedef {import("../types.d.ts").Person} Person
 * @typedef {import("../types.d.ts").Message} Message
 */

const KEY = /^[\w-]{8,64}$/;

/**
 * What people can do, whichever way they ask: sockets and uploads both come here. All arguments come from the peer
 * and are checked here; every refusal is a `ChatRefusal`.
 *
 * @extends {EventEmitter<{ message: [Message] }>}
 */
export class Chat extends EventEmitter {
  #parts;

  /**
   * @param {{
   *   limits: import("./limits.js").ChatLimits,
   *   store: import("./store.js").Store,
   *   rooms: import("./rooms.js").Rooms,
   *   files: import("./gif-files.js").GifFiles,
   *   library: import("./library.js").Library,
   *   rates: import("./rates.js").Rates,
   *   passwords: import("./passwords.js").Passwords,
   *   tickets: import("./tickets.js").Tickets,
   * }} parts
   */
  constructor(parts) {
    super();
    this.#parts = parts;
    parts.rooms.on("gone", (id) => {
      parts.library.removeRoom(id);
      Promise.all([parts.store.removeRoom(id), parts.files.removeRoom(id)]).catch(console.error);
    });
  }

  /**
   * @param {Person} person
   * @param {Record<string, unknown>} wish
   */
  async make(person, { title, password, max }) {
    const { limits, rates, rooms, passwords, tickets } = this.#parts;
    const line = parseLine(title, limits.titleLength, { empty: "titleEmpty", tooLong: "titleTooLong" });
    if (typeof password !== "string") throw new ChatRefusal("badRequest");
    if ([...password].length > limits.passwordLength) throw new ChatRefusal("passwordTooLong");
    if (
      typeof max !== "number" ||
      !Number.isInteger(max) ||
      max < limits.minMembers ||
      max > limits.maxMembers
    ) {
      throw new ChatRefusal("membersOutOfRange");
    }
    rates.take("make", person.id);
    const lock = password === "" ? null : await passwords.lock(password);
    const { id } = await rooms.make({ title: line, max, lock, owner: person.id });
    return { id, ticket: tickets.issue(id, person.id) };
  }

  /**
   * Enters a room and gives what the page needs to show it. The caller must already listen to the room's messages:
   * one that is stored meanwhile then comes twice and never not at all.
   * @param {{ person: Person, socket: string, address: string }} who
   * @param {Record<string, unknown>} request
   * @param {{ isWanted: () => boolean, listen: (room: string) => void }} socketSide `isWanted`: whether the person has
   *   not gone elsewhere while the password was checked; `listen` is called when the person is in the room, before the
   *   history is read
   * @returns {Promise<import("../types.d.ts").Entered>}
   */
  async enter({ person, socket, address }, { room, password, ticket, after }, { isWanted, listen }) {
    const { limits, rates, rooms, store, tickets } = this.#parts;
    rates.take("enter", person.id);
    const { id, title, max, lock, owner, removed } = rooms.get(room);
    if (removed.includes(person.id)) throw new ChatRefusal("removed");
    // Who sits in the room already, in another tab, needs no password either.
    const back = tickets.holds(ticket, id, person.id) || rooms.isIn(id, person.id);
    if (lock !== null && !back) await this.#unlock(lock, password, `${id} ${address}`);
    if (!isWanted()) throw new ChatRefusal("notInRoom");
    rooms.enter(id, person, socket, { back });
    listen(id);

    const messages = store.before(id, { limit: limits.messagesPerPage });
    const first = messages[0]?.seq ?? store.last(id) + 1;
    const known = typeof after === "number" && Number.isSafeInteger(after) && after >= 0 ? after : undefined;
    const gap = known !== undefined && (known > store.last(id) || first > known + 1);
    const joins = known !== undefined && !gap;
    const missed = joins ? messages.filter(({ seq }) => seq > known) : messages;
    return {
      room: { id, title, locked: lock !== null, max, owner },
      people: rooms.people(id),
      messages: missed.map((message) => this.#read(message)),
      gone: joins ? store.gone(id, known) : [],
      more: first > store.first(id),
      gap,
      ticket: tickets.issue(id, person.id),
    };
  }

  /**
   * Whether somebody may read a room without being in it: everybody may, unless it has a password. Then only those who
   * sit in it.
   * @param {Person | undefined} person
   * @param {string} room
   */
  mayWatch(person, room) {
    const { rooms } = this.#parts;
    if (person !== undefined && rooms.isIn(room, person.id)) return true;
    return rooms.isOpen(room) && (person === undefined || !rooms.get(room).removed.includes(person.id));
  }

  /** What a watcher begins with. @param {string} room */
  newest(room) {
    const { limits, rooms, store } = this.#parts;
    const messages = store.before(room, { limit: limits.messagesPerPage });
    return { title: rooms.get(room).title, messages: messages.map((message) => this.#read(message)) };
  }

  /**
   * @param {Person} person
   * @param {string} room
   * @param {unknown} before
   */
  older(person, room, before) {
    const { limits, rates, store } = this.#parts;
    if (typeof before !== "number" || !Number.isSafeInteger(before) || before < 1)
      throw new ChatRefusal("badRequest");
    this.#mustBeIn(person, room);
    rates.take("older", person.id);
    const messages = store.before(room, { before, limit: limits.messagesPerPage });
    return {
      messages: messages.map((message) => this.#read(message)),
      more: (messages[0]?.seq ?? 0) > store.first(room),
    };
  }

  /**
   * @param {Person} person
   * @param {string} room
   * @param {Record<string, unknown>} request
   */
  async say(person, room, { key, text, replyTo, gif }) {
    const { limits, rates } = this.#parts;
    const line = parseMessageText(text, limits.messageLength);
    const picks = gif !== undefined && gif !== null;
    if (line === "" && !picks) throw new ChatRefusal("messageEmpty");
    const known = this.#known(person, room, key);
    if (known !== undefined) return known;
    rates.take("message", person.id);
    const post = { key: parseKey(key), text: line, replyTo: parseReply(replyTo) };
    return this.#publish({
      from: person,
      room,
      ...post,
      gif: picks ? await this.#pick(person, room, gif) : null,
    });
  }

  /**
   * @param {Person} person
   * @param {string} room
   * @param {Record<string, unknown>} request
   */
  gifs(person, room, request) {
    this.#mustBeIn(person, room);
    this.#parts.rates.take("search", person.id);
    return this.#parts.library.search(room, request);
  }

  /**
   * May this person send a GIF to this room? Asked before the upload is read.
   * @param {Person} person
   * @param {string} room
   * @param {unknown} key
   * @returns {Message | undefined} the message when it is already there: the upload of before had come through
   */
  mayShow(person, room, key) {
    const known = this.#known(person, room, key);
    if (known === undefined) this.#takeUpload(person);
    return known;
  }

  /**
   * @param {Person} person
   * @param {string} room
   * @param {{ key: unknown, text: unknown, replyTo: unknown, gif: import("./gif.js").InertGif }} post
   */
  async show(person, room, { key, text, replyTo, gif }) {
    const { limits, files } = this.#parts;
    const line = parseMessageText(text, limits.messageLength);
    this.#mustBeIn(person, room);
    const post = { key: parseKey(key), replyTo: parseReply(replyTo) };
    const { width, height, bytes } = gif;
    const saved = { url: await files.save(room, bytes), width, height, size: bytes.length };
    await this.#mustStillBeIn(person, room, saved);
    return this.#publish({ from: person, room, ...post, text: line, gif: saved });
  }

  /**
   * @param {Person} person
   * @param {unknown} name
   */
  parseName(person, name) {
    const { limits, rates } = this.#parts;
    const line = parseLine(name, limits.nameLength, { empty: "nameEmpty", tooLong: "nameTooLong" });
    rates.take("rename", person.id);
    return line;
  }

  /**
   * @param {import("./passwords.js").Lock} lock
   * @param {unknown} password
   * @param {string} who
   */
  async #unlock(lock, password, who) {
    const { limits, rates, passwords } = this.#parts;
    if (typeof password !== "string" || password === "") throw new ChatRefusal("passwordNeeded");
    if ([...password].length > limits.passwordLength) throw new ChatRefusal("passwordWrong");
    rates.take("password", who);
    if (!(await passwords.opens(lock, password))) throw new ChatRefusal("passwordWrong");
  }

  /**
   * @param {Person} person
   * @param {string} room
   * @param {unknown} key
   */
  #known(person, room, key) {
    this.#mustBeIn(person, room);
    const known = this.#parts.store.find(room, person.id, parseKey(key));
    return known && this.#read(known);
  }

  /** @param {import("./store.js").Message} message */
  #read(message) {
    return readMessage(message, this.#parts.store, this.#parts.limits);
  }

  /**
   * @param {Person} person
   * @param {string} room
   */
  #mustBeIn(person, room) {
    if (!this.#parts.rooms.isIn(room, person.id)) throw new ChatRefusal("notInRoom");
  }

  /**
   * A GIF of the library, for this room: an upload is copied, so that it goes with its message here.
   * @param {Person} person
   * @param {string} room
   * @param {unknown} url
   */
  async #pick(person, room, url) {
    const { library, files } = this.#parts;
    const gif = library.find(url, room);
    if (gif.fromLibrary) return gif;
    this.#takeUpload(person);
    const copy = await files.copy(gif, room).catch((error) => {
      throw error.code === "ENOENT" ? new ChatRefusal("gifGone") : error;
    });
    const saved = { ...gif, url: copy, fromLibrary: /** @type {const} */ (true) };
    await this.#mustStillBeIn(person, room, saved);
    return saved;
  }

  /** @param {Person} person */
  #takeUpload({ id }) {
    const { rates } = this.#parts;
    rates.take("upload", id);
    rates.take("uploadsPerHour", id, "tooManyUploads");
  }

  /**
   * They may have been put out while the file was written.
   * @param {Person} person
   * @param {string} room
   * @param {import("../types.d.ts").Gif} saved
   */
  async #mustStillBeIn(person, room, saved) {
    if (this.#parts.rooms.isIn(room, person.id)) return;
    await this.#parts.files.remove(saved);
    throw new ChatRefusal("notInRoom");
  }

  /** @param {Omit<import("./store.js").Message, "seq" | "at">} draft */
  async #publish(draft) {
    const { store, files, library } = this.#parts;
    const { gif } = draft;
    const { message: stored, dropped, known } = await store.addMessage({ ...draft, at: Date.now() });
    const message = this.#read(stored);
    if (known) {
      if (gif !== null && gif.url !== message.gif?.url) await files.remove(gif);
      return message;
    }
    library.add(stored);
    this.emit("message", message);
    for (const old of dropped) {
      if (old.gif === null) continue;
      library.remove(old.gif);
      await files.remove(old.gif);
    }
    return message;
  }
}

/** @param {unknown} key */
function parseKey(key) {
  if (typeof key !== "string" || !KEY.test(key)) throw new ChatRefusal("badRequest");
  return key;
}

/** @param {unknown} replyTo a form has it as digits */
function parseReply(replyTo) {
  if (replyTo === undefined || replyTo === null || replyTo === "") return null;
  const seq = typeof replyTo === "string" && /^\d{1,15}$/.test(replyTo) ? Number(replyTo) : replyTo;
  if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) throw new ChatRefusal("badRequest");
  return seq;
}
