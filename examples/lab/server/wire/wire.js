import { connect } from "node:net";
import { Duplex } from "node:stream";
import { now } from "../now.js";
import { Lane } from "./lane.js";

/**
 * What a wire reports.
 * @typedef {object} Tap
 * @property {(chunk: Buffer, left: number, arrives: number) => void} up what left for the server
 * @property {(chunk: Buffer, left: number, arrives: number) => void} down what left the server
 * @property {(bytes: number) => void} written bytes that were written to the server's socket
 * @property {(bytes: number) => void} read bytes that were read from it
 */

/** Why a wire broke, when the visitor wished it. */
class WireCut extends Error {
  constructor() {
    super("the connection was cut");
  }
}

/**
 * A proxy for one TCP connection to the demo's server: what is written here is written there, and what comes from there
 * is read here, late where the network is slow. Its near end is a stream inside this process and not a port, so nobody
 * can reach it but who holds it; its far end is the one port that it was made with.
 */
export class Wire extends Duplex {
  /** @type {import("node:net").Socket} */
  #socket;
  /** @type {Tap} */
  #tap;
  /** @type {Lane} */
  #up;
  /** @type {Lane} */
  #down;
  #laneBytes;
  /** @type {(() => void) | undefined} */
  #released;

  /**
   * @param {{
   *   port: number,
   *   localAddress: string | undefined,
   *   speed: () => import("./lane.js").Speed,
   *   tap: Tap,
   *   laneBytes: number,
   * }} options
   */
  constructor({ port, localAddress, speed, tap, laneBytes }) {
    super();
    this.#tap = tap;
    this.#laneBytes = laneBytes;
    this.#up = new Lane(speed, (chunk) => this.#toServer(chunk));
    this.#down = new Lane(speed, (chunk) => this.#toVisitor(chunk));
    this.#socket = connect({
      host: "127.0.0.1",
      port,
      ...(localAddress !== undefined && { localAddress }),
      allowHalfOpen: true,
      noDelay: true,
    });
  }

  /** Breaks the connection on both sides. */
  cut() {
    this.destroy(new WireCut());
  }

  /**
   * @override
   * @param {(error?: Error) => void} callback
   */
  _construct(callback) {
    const socket = this.#socket;
    socket.once("error", callback);
    socket.once("connect", () => {
      socket.off("error", callback);
      socket.on("error", (error) => this.destroy(error));
      socket.on("data", (chunk) => {
        this.#tap.read(chunk.length);
        const left = now();
        const arrives = this.#down.send(chunk);
        this.#tap.down(chunk, left, arrives);
        if (this.#down.bytes > this.#laneBytes) socket.pause();
      });
      socket.on("end", () => this.#down.send(undefined));
      callback();
    });
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {() => void} callback
   */
  _write(chunk, _encoding, callback) {
    const left = now();
    this.#tap.up(chunk, left, this.#up.send(chunk));
    if (this.#up.bytes > this.#laneBytes) this.#released = callback;
    else callback();
  }

  /**
   * @override
   * @param {() => void} callback
   */
  _final(callback) {
    this.#up.send(undefined);
    callback();
  }

  /** @override */
  _read() {
    if (this.#down.bytes <= this.#laneBytes) this.#socket.resume();
  }

  /**
   * @override
   * @param {Error | null} error
   * @param {(error: Error | null) => void} callback
   */
  _destroy(error, callback) {
    this.#up.stop();
    this.#down.stop();
    this.#socket.destroy();
    callback(error);
  }

  /** @param {Buffer | undefined} chunk */
  #toServer(chunk) {
    if (chunk === undefined) {
      this.#socket.end();
      return;
    }
    this.#tap.written(chunk.length);
    this.#socket.write(chunk);
    if (this.#released !== undefined && this.#up.bytes <= this.#laneBytes) {
      const release = this.#released;
      this.#released = undefined;
      release();
    }
  }

  /** @param {Buffer | undefined} chunk */
  #toVisitor(chunk) {
    if (!this.push(chunk ?? null)) this.#socket.pause();
  }
}
