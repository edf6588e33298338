import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { ChatRefusal } from "./refusal.js";

/**
 * @typedef {import("../types.d.ts").Person} Person
 * @typedef {import("./store.js").RoomRecord} RoomRecord
 * @typedef {{ person: Person, sockets: Set<string>, hold: NodeJS.Timeout | undefined }} Seat
 * @typedef {{ record: RoomRecord, seats: Map<string, Seat>, vanishing: NodeJS.Timeout | undefined, vanishesAt: number | null }} Room
 */

/**
 * Who sits where, now. Rooms themselves are in the store; seats are not, for a restart empties all of them.
 *
 * A person has one seat in a room, in however many tabs. A seat whose last connection broke is held for a moment,
 * so that a reload or a tunnel is no "left" and "came in". A room without seats vanishes after a while.
 *
 * @extends {EventEmitter<{ changed: [RoomRecord], gone: [string], came: [string, Person], left: [string, Person], removed: [string, Person], people: [string], renamed: [Person] }>}
 */
export class Rooms extends EventEmitter {
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  #store;
  #limits;
  #settledAt;

  /**
   * @param {import("./store.js").Store} store
   * @param {import("./limits.js").ChatLimits} limits
   */
  constructor(store, limits) {
    super();
    this.#store = store;
    this.#limits = limits;
    this.#settledAt = Date.now() + limits.settleMs;
    for (const record of store.rooms()) this.#open(record, limits.lostRoomMs);
  }

  /**
   * @param {{ title: string, max: number, lock: import("./passwords.js").Lock | null, owner: string }} wish
   * @returns {Promise<RoomRecord>}
   */
  async make({ title, max, lock, owner }) {
    if (this.#rooms.size >= this.#limits.rooms) throw new ChatRefusal("tooManyRooms");
    const id = randomBytes(6).toString("hex");
    const record = { id, title, max, lock, madeAt: Date.now(), owner, removed: [] };
    const room = this.#open(record, this.#limits.emptyRoomMs);
    await this.#store.putRoom(record);
    this.emit("changed", room.record);
    return record;
  }

  /** @param {unknown} id */
  get(id) {
    if (typeof id !== "string") throw new ChatRefusal("badRequest");
    return this.#room(id).record;
  }

  /**
   * Takes a seat, or adds a connection to the one that the person has.
   * @param {string} id
   * @param {Person} person
   * @param {string} socket
   * @param {{ back: boolean }} how back: the person was here before, with a ticket
   */
  enter(id, person, socket, { back }) {
    const room = this.#room(id);
    if (room.record.removed.includes(person.id)) throw new ChatRefusal("removed");
    let seat = room.seats.get(person.id);
    if (seat === undefined) {
      if (room.seats.size >= room.record.max) throw new ChatRefusal("roomFull");
      seat = { person, sockets: new Set(), hold: undefined };
      room.seats.set(person.id, seat);
      this.#stay(room);
      seat.sockets.add(socket);
      if (!(back && Date.now() < this.#settledAt)) this.emit("came", id, person);
    }
    clearTimeout(seat.hold);
    seat.hold = undefined;
    seat.sockets.add(socket);
    seat.person = person;
    this.emit("people", id);
    this.emit("changed", room.record);
  }

  /**
   * @param {string} id
   * @param {Person} person
   * @param {string} socket
   * @param {{ lost: boolean }} how lost: the connection broke, nobody said goodbye
   */
  leave(id, person, socket, { lost }) {
    const room = this.#rooms.get(id);
    const seat = room?.seats.get(person.id);
    if (room === undefined || seat === undefined || !seat.sockets.delete(socket) || seat.sockets.size > 0)
      return;
    if (lost)
      seat.hold = this.#later(this.#limits.seatHoldMs, () => this.#free(room, seat, this.#limits.lostRoomMs));
    else this.#free(room, seat, this.#limits.emptyRoomMs);
  }

  /**
   * Frees the seat of a person for good: they are not let in again.
   * @param {string} id
   * @param {string} person
   */
  async remove(id, person) {
    const room = this.#room(id);
    const seat = room.seats.get(person);
    if (seat === undefined) throw new ChatRefusal("notInRoom");
    const removed = [...room.record.removed, person].slice(-this.#limits.removedPerRoom);
    room.record = { ...room.record, removed };
    this.#free(room, seat, this.#limits.emptyRoomMs);
    this.emit("removed", id, seat.person);
    await this.#store.putRoom(room.record);
  }

  /** Closes a room, whoever is in. @param {string} id */
  shut(id) {
    const room = this.#room(id);
    clearTimeout(room.vanishing);
    for (const seat of room.seats.values()) clearTimeout(seat.hold);
    this.#rooms.delete(id);
    this.emit("gone", id);
  }

  /** @param {Person} person */
  rename(person) {
    this.emit("renamed", person);
    for (const [id, room] of this.#rooms) {
      const seat = room.seats.get(person.id);
      if (seat === undefined) continue;
      seat.person = person;
      this.emit("people", id);
      this.emit("changed", room.record);
    }
  }

  /**
   * @param {string} id
   * @param {string} person
   */
  isIn(id, person) {
    return this.#rooms.get(id)?.seats.has(person) ?? false;
  }

  /** Whether everybody may see what is in a room. @param {string} id */
  isOpen(id) {
    const room = this.#rooms.get(id);
    return room !== undefined && room.record.lock === null;
  }

  /** @param {string} id */
  people(id) {
    return [...(this.#rooms.get(id)?.seats.values() ?? [])].map((seat) => seat.person);
  }

  /** @returns {import("../types.d.ts").RoomCard[]} */
  cards() {
    return [...this.#rooms.values()].map(card);
  }

  /** @param {string} id */
  card(id) {
    return card(this.#room(id));
  }

  close() {
    for (const room of this.#rooms.values()) {
      clearTimeout(room.vanishing);
      for (const seat of room.seats.values()) clearTimeout(seat.hold);
    }
    this.#rooms.clear();
    this.removeAllListeners();
  }

  /** @param {string} id */
  #room(id) {
    const room = this.#rooms.get(id);
    if (room === undefined) throw new ChatRefusal("roomGone");
    return room;
  }

  /**
   * @param {RoomRecord} record
   * @param {number} wait
   */
  #open(record, wait) {
    /** @type {Room} */
    const room = { record, seats: new Map(), vanishing: undefined, vanishesAt: null };
    this.#rooms.set(record.id, room);
    this.#vanishAfter(room, wait);
    return room;
  }

  /**
   * @param {Room} room
   * @param {Seat} seat
   * @param {number} wait
   */
  #free(room, seat, wait) {
    const { id } = room.record;
    clearTimeout(seat.hold);
    room.seats.delete(seat.person.id);
    if (room.seats.size === 0) this.#vanishAfter(room, wait);
    this.emit("left", id, seat.person);
    this.emit("people", id);
    this.emit("changed", room.record);
  }

  /**
   * @param {Room} room
   * @param {number} wait
   */
  #vanishAfter(room, wait) {
    room.vanishesAt = Date.now() + wait;
    room.vanishing = this.#later(wait, () => {
      this.#rooms.delete(room.record.id);
      this.emit("gone", room.record.id);
    });
  }

  /** @param {Room} room */
  #stay(room) {
    clearTimeout(room.vanishing);
    room.vanishing = undefined;
    room.vanishesAt = null;
  }

  /**
   * @param {number} wait
   * @param {() => void} action
   */
  #later(wait, action) {
    return setTimeout(action, wait).unref();
  }
}

/**
 * @param {Room} room
 * @returns {import("../types.d.ts").RoomCard}
 */
function card({ record, seats, vanishesAt }) {
  const { id, title, max, lock } = record;
  return {
    id,
    title,
    max,
    locked: lock !== null,
    people: [...seats.values()].map((seat) => seat.person),
    vanishesAt,
  };
}
