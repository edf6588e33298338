import { EventEmitter } from "node:events";
import { ChatRefusal } from "./refusal.js";

/** @typedef {import("../types.d.ts").Person} Person */

/**
 * What the owner of a room may do in it, and what everybody may do with their own messages. As in `Chat`, all arguments
 * come from the peer and are checked here.
 *
 * @extends {EventEmitter<{ deleted: [string, number] }>}
 */
export class Host extends EventEmitter {
  #parts;

  /**
   * @param {{
   *   store: import("./store.js").Store,
   *   rooms: import("./rooms.js").Rooms,
   *   files: import("./gif-files.js").GifFiles,
   *   library: import("./library.js").Library,
   *   rates: import("./rates.js").Rates,
   * }} parts
   */
  constructor(parts) {
    super();
    this.#parts = parts;
  }

  /**
   * Deletes a message: the author's own, or any in the owner's room. A second time, it does nothing.
   * @param {Person} person
   * @param {string} room
   * @param {unknown} seq
   */
  async delete(person, room, seq) {
    const { store, rooms, files, library, rates } = this.#parts;
    if (typeof seq !== "number" || !Number.isSafeInteger(seq) || seq < 1) throw new ChatRefusal("badRequest");
    rates.take("host", person.id);
    const message = store.get(room, seq);
    if (message === undefined) throw new ChatRefusal("messageGone");
    if (message.from.id !== person.id && rooms.get(room).owner !== person.id)
      throw new ChatRefusal("notYours");
    if (!(await store.erase(message))) return;
    library.remove(message.gif);
    this.emit("deleted", room, seq);
    if (message.gif !== null) await files.remove(message.gif);
  }

  /**
   * Removes a person from the owner's room, for good.
   * @param {Person} person
   * @param {string} room
   * @param {unknown} other the id of a person
   */
  async remove(person, room, other) {
    this.#mustOwn(person, room);
    if (typeof other !== "string" || other === person.id) throw new ChatRefusal("badRequest");
    await this.#parts.rooms.remove(room, other);
  }

  /**
   * Closes the owner's room for everybody.
   * @param {Person} person
   * @param {string} room
   */
  close(person, room) {
    this.#mustOwn(person, room);
    this.#parts.rooms.shut(room);
  }

  /**
   * @param {Person} person
   * @param {string} room
   */
  #mustOwn(person, room) {
    const { rooms, rates } = this.#parts;
    rates.take("host", person.id);
    if (rooms.get(room).owner !== person.id) throw new ChatRefusal("notYours");
  }
}
