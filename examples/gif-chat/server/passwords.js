import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { ChatRefusal } from "./refusal.js";

/** @type {(password: string, salt: Buffer, length: number) => Promise<Buffer>} */
const derive = promisify(scrypt);
const LENGTH = 32;

/** @typedef {{ salt: Buffer, hash: Buffer }} Lock */

export class Passwords {
  #atOnce;
  #running = 0;

  /** @param {number} atOnce checks that may run at the same time; above it, `busy` */
  constructor(atOnce) {
    this.#atOnce = atOnce;
  }

  /**
   * @param {string} password
   * @returns {Promise<Lock>}
   */
  async lock(password) {
    const salt = randomBytes(16);
    return { salt, hash: await this.#derive(password, salt) };
  }

  /**
   * @param {Lock} lock
   * @param {string} password
   */
  async opens(lock, password) {
    return timingSafeEqual(await this.#derive(password, lock.salt), lock.hash);
  }

  /**
   * @param {string} password
   * @param {Buffer} salt
   */
  async #derive(password, salt) {
    if (this.#running >= this.#atOnce) throw new ChatRefusal("busy");
    this.#running++;
    try {
      // The same password typed on a Mac (NFD) and on Windows (NFC) is one password.
      return await derive(password.normalize("NFC"), salt, LENGTH);
    } finally {
      this.#running--;
    }
  }
}
