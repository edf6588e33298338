import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * A ticket says "this person knew the password of this room". It is a signature and needs no memory, so it still
 * holds after a restart; a room's id is never used twice, so it ends with the room.
 */
export class Tickets {
  #key;

  /** @param {string} key */
  constructor(key) {
    this.#key = key;
  }

  /**
   * @param {string} room
   * @param {string} person
   */
  issue(room, person) {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify(["ticket", room, person]))
      .digest("base64url");
  }

  /**
   * @param {unknown} ticket
   * @param {string} room
   * @param {string} person
   */
  holds(ticket, room, person) {
    if (typeof ticket !== "string") return false;
    const given = Buffer.from(ticket);
    const right = Buffer.from(this.issue(room, person));
    return given.length === right.length && timingSafeEqual(given, right);
  }
}
