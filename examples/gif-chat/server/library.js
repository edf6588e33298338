import { readFileSync } from "node:fs";
import { ChatRefusal } from "./refusal.js";

/**
 * @typedef {import("../types.d.ts").Gif} Gif
 * @typedef {import("../types.d.ts").LibraryGif} LibraryGif
 * @typedef {{ name: string, width: number, height: number, size: number, label: Record<"en" | "ko", string>, tags: Record<"en" | "ko", string[]> }} BuiltIn
 * @typedef {{ gif: Gif, room: string | undefined, label: Record<"en" | "ko", string>, tags: Record<"en" | "ko", readonly string[]>, words: string }} Entry
 */

const FOLDER = new URL("../library/", import.meta.url);
/** Between the tags of an entry, so that no search finds the end of one and the beginning of the next. */
const BETWEEN = "\n";

/**
 * The GIFs that one can pick: those of the chat itself, and all that were uploaded here. The tags of an upload are the
 * words of its caption. What was uploaded to a room with a password is only shown in that room; and an upload is here
 * for as long as its message is.
 */
export class Library {
  #limits;
  #isOpen;
  /** By URL, the oldest first. @type {Map<string, Entry>} */
  #entries = new Map();
  /** How many of them are the chat's own, which are never forgotten. */
  #own;

  /**
   * @param {Pick<import("./limits.js").ChatLimits, "libraryGifs" | "libraryPage" | "libraryTags" | "queryLength">} limits
   * @param {(room: string) => boolean} isOpen whether everybody may see what is in a room
   */
  constructor(limits, isOpen) {
    this.#limits = limits;
    this.#isOpen = isOpen;
    /** @type {BuiltIn[]} */
    const own = JSON.parse(readFileSync(new URL("library.json", FOLDER), "utf8"));
    for (const { name, width, height, size, label, tags } of own) {
      const gif = {
        url: `/library/${name}.gif`,
        width,
        height,
        size,
        fromLibrary: /** @type {const} */ (true),
      };
      this.#put({ gif, room: undefined, label, tags, words: [...tags.en, ...tags.ko].join(BETWEEN) });
    }
    this.#own = own.length;
  }

  /** Where the chat's own GIFs are. */
  get folder() {
    return new URL("gifs/", FOLDER);
  }

  /** Takes up the GIF of a message, if it is an upload. @param {import("./store.js").Message} message */
  add({ room, gif, text }) {
    if (gif === null || gif.fromLibrary) return;
    const words = wordsOf(text).slice(0, this.#limits.libraryTags);
    this.#put({
      gif,
      room,
      label: { en: words.join(" "), ko: words.join(" ") },
      tags: { en: words, ko: words },
      words: words.join(BETWEEN),
    });
    if (this.#entries.size - this.#own > this.#limits.libraryGifs) {
      for (const [url, entry] of this.#entries) {
        if (entry.room === undefined) continue;
        this.#entries.delete(url);
        break;
      }
    }
  }

  /** @param {Gif | null} gif of a message that is no more */
  remove(gif) {
    if (gif !== null && this.#entries.get(gif.url)?.room !== undefined) this.#entries.delete(gif.url);
  }

  /** @param {string} room that is no more */
  removeRoom(room) {
    for (const [url, entry] of this.#entries) if (entry.room === room) this.#entries.delete(url);
  }

  /**
   * The GIF of this URL, if a person in this room may pick it.
   * @param {unknown} url
   * @param {string} room
   */
  find(url, room) {
    if (typeof url !== "string") throw new ChatRefusal("badRequest");
    const entry = this.#entries.get(url);
    if (entry === undefined || !this.#isShownIn(entry, room)) throw new ChatRefusal("gifGone");
    return entry.gif;
  }

  /**
   * The chat's own first, then the newest uploads.
   * @param {string} room where the person is
   * @param {Record<string, unknown>} request
   * @returns {{ gifs: LibraryGif[], tags: string[] }}
   */
  search(room, { query, language }) {
    if (typeof query !== "string" || query.length > this.#limits.queryLength)
      throw new ChatRefusal("badRequest");
    if (language !== "en" && language !== "ko") throw new ChatRefusal("badRequest");
    const terms = wordsOf(query);
    const { libraryPage, libraryTags } = this.#limits;
    /** @type {Map<string, number>} */
    const counts = new Map();
    const shown = [...this.#entries.values()].filter((entry) => this.#isShownIn(entry, room));
    // The first tag of each, then the second of each: those that stand first say most.
    for (let place = 0; place < libraryTags; place++) {
      for (const { tags } of shown) {
        const tag = tags[language][place];
        if (tag !== undefined) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      }
    }
    const found = shown.filter(({ words }) => terms.every((term) => words.includes(term)));
    const own = found.filter((entry) => entry.room === undefined);
    const uploads = found.filter((entry) => entry.room !== undefined).reverse();
    const gifs = [...own, ...uploads].slice(0, libraryPage).map(({ gif, label, tags }) => {
      const { url, width, height } = gif;
      return { url, width, height, label: label[language], tags: tags[language] };
    });
    // What stands first stays first among those that are as frequent.
    const tags = [...counts].sort(([, one], [, other]) => other - one).map(([tag]) => tag);
    return { gifs, tags: tags.slice(0, libraryTags) };
  }

  /** @param {Entry} entry */
  #put(entry) {
    this.#entries.set(entry.gif.url, entry);
  }

  /**
   * @param {Entry} entry
   * @param {string} room
   */
  #isShownIn(entry, room) {
    return entry.room === undefined || entry.room === room || this.#isOpen(entry.room);
  }
}

/** Letters and digits, in any script. @param {string} text */
function wordsOf(text) {
  return [
    ...new Set(
      text
        .normalize("NFC")
        .toLowerCase()
        .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [],
    ),
  ];
}
