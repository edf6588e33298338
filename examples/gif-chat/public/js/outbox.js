import { askChat } from "./connection.js";
import { keepQueue, queueOf } from "./memory.js";
import { upload } from "./upload.js";

/**
 * @typedef {import("../../types.d.ts").Quote & { seq: number }} Reply the message that is answered
 * @typedef {{ file?: File, url?: string, preview: string, width: number, height: number }} ChosenGif a file, or one of the
 *   library
 * @typedef {{
 *   key: string, text: string, gif: ChosenGif | null, reply: Reply | null, at: number,
 *   state: "waiting" | "sending" | "failed", percent: number,
 *   code?: keyof typeof import("./words/en.js").en.error,
 * }} Entry
 * @typedef {import("../../types.d.ts").Message} Message
 */

/** Refusals that are over by themselves. */
const PASSING = new Set(["noAnswer", "busy", "tooFast", "notInRoom", "noSession"]);
const RETRY_MS = 1_000;

/**
 * What was sent and has not arrived. Entries wait while there is no connection, go out in order, and are repeated
 * under the same key until the server has answered: the server stores a key once, so nothing is lost and nothing
 * comes twice. Texts and GIFs have a lane each, so that nobody waits for an upload to say a word.
 */
export class Outbox {
  #room;
  #show;
  #sent;
  /** @type {Entry[]} */
  #entries = [];
  #open = false;
  /** @type {Set<"text" | "gif">} */
  #busy = new Set();
  /** @type {Set<ReturnType<typeof setTimeout>>} */
  #timers = new Set();

  /**
   * @param {string} room
   * @param {{ show: (entry: Entry) => void, sent: (message: Message) => void }} page
   */
  constructor(room, { show, sent }) {
    this.#room = room;
    this.#show = show;
    this.#sent = sent;
    for (const kept of queueOf(room)) this.#add({ ...kept, state: "waiting", percent: 0 });
  }

  /**
   * @param {string} text
   * @param {ChosenGif | null} gif
   * @param {Reply | null} reply
   */
  send(text, gif, reply) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) =>
      byte.toString(16).padStart(2, "0"),
    );
    this.#add({ key: key.join(""), text, gif, reply, at: Date.now(), state: "waiting", percent: 0 });
    this.#keep();
    this.#pump();
  }

  /** We are in the room: what waits may go. */
  open() {
    this.#open = true;
    this.#pump();
  }

  /** We are away: nothing goes until `open`. */
  pause() {
    this.#open = false;
  }

  /** @param {Entry} entry that failed */
  retry(entry) {
    this.#change(entry, { state: "waiting", percent: 0 });
    this.#pump();
  }

  /**
   * The message is in the room, whichever way we heard of it; or the person gave it up.
   * @param {string} key
   */
  remove(key) {
    const index = this.#entries.findIndex((entry) => entry.key === key);
    if (index === -1) return;
    const [entry] = this.#entries.splice(index, 1);
    if (entry?.gif) URL.revokeObjectURL(entry.gif.preview);
    this.#keep();
  }

  close() {
    this.#open = false;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** @param {Entry} entry */
  #add(entry) {
    this.#entries.push(entry);
    this.#show(entry);
  }

  #keep() {
    const texts = this.#entries.filter((entry) => laneOf(entry) === "text");
    keepQueue(
      this.#room,
      texts.map(({ key, text, gif, reply, at }) => ({ key, text, gif, reply, at })),
    );
  }

  /**
   * @param {Entry} entry
   * @param {Partial<Entry>} change
   */
  #change(entry, change) {
    Object.assign(entry, change);
    this.#show(entry);
  }

  #pump() {
    for (const lane of /** @type {const} */ (["text", "gif"])) this.#pumpLane(lane);
  }

  /** @param {"text" | "gif"} lane */
  async #pumpLane(lane) {
    if (!this.#open || this.#busy.has(lane)) return;
    const entry = this.#entries.find((one) => laneOf(one) === lane && one.state === "waiting");
    if (entry === undefined) return;
    this.#busy.add(lane);
    this.#change(entry, { state: "sending", percent: 0 });
    const answer = await this.#deliver(entry);
    this.#busy.delete(lane);
    if (answer.ok) {
      this.#sent(answer.message);
    } else if (!this.#entries.includes(entry)) {
      // It came back as a message before its answer was lost.
    } else if (PASSING.has(answer.code)) {
      this.#change(entry, { state: "waiting", percent: 0, code: answer.code });
      this.#later(lane, "retryAfter" in answer ? (answer.retryAfter ?? RETRY_MS) : RETRY_MS);
      return;
    } else {
      this.#change(entry, { state: "failed", code: answer.code });
    }
    this.#pumpLane(lane);
  }

  /**
   * @param {Entry} entry
   * @returns {ReturnType<typeof upload>}
   */
  #deliver({ key, text, gif, reply, ...entry }) {
    const replyTo = reply?.seq ?? null;
    if (gif?.file === undefined) return askChat("message", { key, text, replyTo, gif: gif?.url ?? null });
    return upload(this.#room, { key, text, replyTo, file: gif.file }, (percent) => {
      const live = this.#entries.find((other) => other.key === key);
      if (live !== undefined && entry.state === "sending") this.#change(live, { percent });
    });
  }

  /**
   * @param {"text" | "gif"} lane
   * @param {number} wait
   */
  #later(lane, wait) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#pumpLane(lane);
    }, wait);
    this.#timers.add(timer);
  }
}

/** @param {Entry} entry */
const laneOf = ({ gif }) => (gif?.file === undefined ? "text" : "gif");
