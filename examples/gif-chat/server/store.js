import { open } from "lmdb";

/**
 * @typedef {Omit<import("../types.d.ts").Message, "quote">} Message without its quote, which is read with it
 * @typedef {{
 *   id: string, title: string, max: number, lock: import("./passwords.js").Lock | null, madeAt: number,
 *   owner: string | null, removed: readonly string[],
 * }} RoomRecord `owner` and `removed` are ids of people
 * @typedef {{ first: number, next: number, gifBytes: number, gone: Set<number> }} Span `gone`: what is deleted of it
 */

// The highest sequence number: an end of a range that no message reaches.
const LAST = Number.MAX_SAFE_INTEGER;
/** @type {Pick<RoomRecord, "owner" | "removed">} */
const NOBODY = { owner: null, removed: [] };

/**
 * Rooms and messages in LMDB. A write has answered when it is committed: a server that is killed loses nothing
 * that it confirmed.
 *
 * - `rooms`: id → RoomRecord
 * - `messages`: [room, seq] → Message
 * - `keys`: [room, person, key] → seq, so that a message sent twice is stored once
 */
export class Store {
  #root;
  /** @type {import("lmdb").Database<RoomRecord, string>} */
  #rooms;
  /** @type {import("lmdb").Database<Message, [string, number]>} */
  #messages;
  /** @type {import("lmdb").Database<number, [string, string, string]>} */
  #keys;
  /** @type {Map<string, Span>} */
  #spans = new Map();
  /** @type {Map<string, Promise<{ message: Message, dropped: readonly Message[] }>>} */
  #pending = new Map();
  #limits;

  /**
   * @param {string} path
   * @param {Pick<import("./limits.js").ChatLimits, "messagesPerRoom" | "gifBytesPerRoom">} limits
   */
  constructor(path, limits) {
    this.#limits = limits;
    this.#root = open({ path, maxDbs: 3 });
    this.#rooms = this.#root.openDB({ name: "rooms" });
    this.#messages = this.#root.openDB({ name: "messages" });
    this.#keys = this.#root.openDB({ name: "keys" });
  }

  rooms() {
    // The rooms of an older version had no owner.
    return [...this.#rooms.getRange()].map(({ value }) => ({ ...NOBODY, ...value }));
  }

  /** Stores a room, or what has changed in it. @param {RoomRecord} room */
  async putRoom(room) {
    await this.#rooms.put(room.id, room);
  }

  /** @param {string} id */
  async removeRoom(id) {
    this.#spans.delete(id);
    await this.#root.transaction(() => {
      for (const key of this.#messages.getKeys({ start: [id, 0], end: [id, LAST] }))
        this.#messages.remove(key);
      for (const key of this.#keys.getKeys({ start: [id, "", ""], end: [id, "\uffff", ""] })) {
        this.#keys.remove(key);
      }
      this.#rooms.remove(id);
    });
  }

  /**
   * Stores a message under the room's next number, and drops the oldest ones when the room is over its bounds.
   * The same key of the same person in the same room gives the message that is already there.
   * @param {Omit<Message, "seq">} draft
   * @returns {Promise<{ message: Message, dropped: readonly Message[], known: boolean }>}
   */
  async addMessage(draft) {
    const stored = this.find(draft.room, draft.from.id, draft.key);
    if (stored !== undefined) return { message: stored, dropped: [], known: true };

    const id = `${draft.room} ${draft.from.id} ${draft.key}`;
    const pending = this.#pending.get(id);
    if (pending !== undefined) return { ...(await pending), known: true };

    const adding = this.#add(draft);
    this.#pending.set(id, adding);
    try {
      return { ...(await adding), known: false };
    } finally {
      this.#pending.delete(id);
    }
  }

  /**
   * @param {string} room
   * @param {string} person
   * @param {string} key
   */
  find(room, person, key) {
    const seq = this.#keys.get([room, person, key]);
    return seq === undefined ? undefined : this.get(room, seq);
  }

  /**
   * @param {string} room
   * @param {number} seq
   */
  get(room, seq) {
    return this.#messages.get([room, seq]);
  }

  /**
   * Deletes what a message says. Its number and its key stay: nothing has a hole, and its sender cannot send it again
   * by mistake.
   * @param {Message} message
   * @returns {Promise<boolean>} whether there was anything to delete; `false` for the second of two at the same time
   */
  async erase({ room, seq, key, at, from, gif }) {
    const span = this.#span(room);
    if (seq < span.first || span.gone.has(seq)) return false;
    span.gone.add(seq);
    span.gifBytes -= gif?.size ?? 0;
    const empty = { text: "", gif: null, replyTo: null, gone: /** @type {const} */ (true) };
    await this.#messages.put([room, seq], { room, seq, key, at, from, ...empty });
    return true;
  }

  /**
   * The numbers of the deleted messages up to `last`.
   * @param {string} room
   * @param {number} last
   */
  gone(room, last) {
    return [...this.#span(room).gone].filter((seq) => seq <= last);
  }

  /**
   * The newest messages, oldest first.
   * @param {string} room
   * @param {{ before?: number, limit: number }} page
   */
  before(room, { before = LAST, limit }) {
    const range = {
      start: /** @type {[string, number]} */ ([room, before - 1]),
      end: /** @type {[string, number]} */ ([room, 0]),
    };
    const page = [...this.#messages.getRange({ ...range, reverse: true, limit })].map(({ value }) => value);
    return page.reverse();
  }

  /**
   * The number of the oldest message that is kept; the next number when there is none.
   * @param {string} room
   */
  first(room) {
    return this.#span(room).first;
  }

  /**
   * The number of the newest message; 0 when there never was one.
   * @param {string} room
   */
  last(room) {
    return this.#span(room).next - 1;
  }

  /**
   * All URLs of GIFs that a kept message shows, and the rooms of messages without a room.
   * @param {(message: Message) => void} [each] is called for the messages that have a room
   */
  survey(each) {
    const gifs = new Set();
    const strays = new Set();
    for (const { key, value } of this.#messages.getRange()) {
      if (this.#rooms.doesExist(key[0])) {
        if (value.gif !== null) gifs.add(value.gif.url);
        each?.(value);
      } else {
        strays.add(key[0]);
      }
    }
    return { gifs, strays };
  }

  async close() {
    await this.#root.close();
  }

  /** @param {Omit<Message, "seq">} draft */
  async #add(draft) {
    const span = this.#span(draft.room);
    /** @type {Message} */
    const message = { ...draft, seq: span.next++ };
    span.gifBytes += message.gif?.size ?? 0;
    const dropped = this.#overflow(draft.room, span);
    await this.#root.transaction(() => {
      this.#messages.put([message.room, message.seq], message);
      this.#keys.put([message.room, message.from.id, message.key], message.seq);
      for (const old of dropped) {
        this.#messages.remove([old.room, old.seq]);
        this.#keys.remove([old.room, old.from.id, old.key]);
      }
    });
    return { message, dropped };
  }

  /**
   * @param {string} room
   * @param {Span} span moved forward over what is returned
   */
  #overflow(room, span) {
    /** @type {Message[]} */
    const dropped = [];
    // The newest one, `next - 1`, always stays.
    while (
      span.first < span.next - 1 &&
      (span.next - span.first > this.#limits.messagesPerRoom || span.gifBytes > this.#limits.gifBytesPerRoom)
    ) {
      const seq = span.first++;
      const isGone = span.gone.delete(seq);
      const old = this.get(room, seq);
      if (old === undefined) continue;
      // Of one whose deletion is not written yet, the GIF is seen to already.
      const gif = isGone ? null : old.gif;
      span.gifBytes -= gif?.size ?? 0;
      dropped.push({ ...old, gif });
    }
    return dropped;
  }

  /** @param {string} room */
  #span(room) {
    let span = this.#spans.get(room);
    if (span === undefined) {
      span = { first: 1, next: 1, gifBytes: 0, gone: new Set() };
      let found = false;
      for (const { key, value } of this.#messages.getRange({ start: [room, 0], end: [room, LAST] })) {
        if (!found) span.first = key[1];
        found = true;
        span.next = key[1] + 1;
        span.gifBytes += value.gif?.size ?? 0;
        if (value.gone) span.gone.add(key[1]);
      }
      this.#spans.set(room, span);
    }
    return span;
  }
}
