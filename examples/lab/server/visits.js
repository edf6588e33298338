import { randomBytes } from "node:crypto";
import { Bucket } from "./bucket.js";
import { Visit } from "./visit.js";

/** Everybody who is at the lab now. */
export class Visits {
  #limits;
  #localAddress;
  /** @type {Map<string, Visit>} */
  #visits = new Map();
  #opens;

  /**
   * @param {import("./limits.js").LabLimits} limits
   * @param {string | undefined} localAddress what the wires have as their address
   */
  constructor(limits, localAddress) {
    this.#limits = limits;
    this.#localAddress = localAddress;
    this.#opens = new Bucket(limits.opens);
  }

  /**
   * @param {string} address
   * @returns whether somebody with this address may come in. Each who may is counted.
   */
  admits(address) {
    if (this.#visits.size >= this.#limits.visits) return false;
    const same = [...this.#visits.values()].filter((visit) => visit.address === address);
    return same.length < this.#limits.visitsPerAddress && this.#opens.take();
  }

  /**
   * @param {string} address
   * @param {import("./visit.js").Audience} audience
   */
  open(address, audience) {
    // Whoever knows the id has the wire. It is told to one page, and 128 bits cannot be guessed.
    const id = randomBytes(16).toString("base64url");
    const visit = new Visit({
      id,
      address,
      localAddress: this.#localAddress,
      limits: this.#limits,
      audience,
    });
    this.#visits.set(id, visit);
    return visit;
  }

  /** @param {string} id */
  find(id) {
    return this.#visits.get(id);
  }

  /** @param {Visit} visit */
  close(visit) {
    this.#visits.delete(visit.id);
    visit.close();
  }

  closeAll() {
    for (const visit of this.#visits.values()) this.close(visit);
  }
}
