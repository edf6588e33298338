import { BlockReader } from "./blocks.js";
import { bodyAfter } from "./body.js";
import { FrameReader } from "./frames.js";
import { HeadReader } from "./head.js";
import { namePackets, saysSomething } from "./packets.js";

/** Characters of a label. */
const LONGEST = 120;

/**
 * @typedef {import("../../types.d.ts").Technique} Technique
 * @typedef {Omit<import("../../types.d.ts").Mark, "technique" | "exchange">} Mark
 */

/**
 * Reads one exchange as it crosses the wire: a request, its response, and the frames or events that come of it. All that
 * the page draws is read from these bytes; neither end tells anything.
 */
export class Exchange {
  #record;
  #isSocketIo;
  #up;
  #down;

  /**
   * @param {Technique} technique
   * @param {(mark: Mark) => void} record
   */
  constructor(technique, record) {
    this.#record = record;
    this.#isSocketIo = technique.startsWith("socketio");
    const describe = this.#isSocketIo ? namePackets : String;
    this.#up = new Side("up", describe, record);
    this.#down = new Side("down", describe, record);
  }

  /**
   * @param {Buffer} chunk
   * @param {number} left
   * @param {number} arrived
   */
  up(chunk, left, arrived) {
    if (this.#down.isUpgraded) this.#frames(this.#up, chunk, left, arrived);
    else this.#up.receive(chunk, left, arrived);
  }

  /**
   * @param {Buffer} chunk
   * @param {number} left
   * @param {number} arrived
   */
  down(chunk, left, arrived) {
    const rest = this.#down.isUpgraded ? chunk : this.#down.receive(chunk, left, arrived);
    if (rest.length > 0) this.#frames(this.#down, rest, left, arrived);
  }

  /**
   * @param {Side} side
   * @param {Buffer} chunk
   * @param {number} left
   * @param {number} arrived
   */
  #frames(side, chunk, left, arrived) {
    for (const { opcode, payload, bytes } of side.frames.receive(chunk)) {
      const text = opcode === "text" ? payload.toString() : "";
      const isMessage = opcode === "text" && (!this.#isSocketIo || saysSomething(text));
      const label =
        opcode === "text"
          ? this.#isSocketIo
            ? namePackets(text)
            : text
          : opcode === "close"
            ? `close ${payload.length < 2 ? "" : payload.readUInt16BE(0)}`
            : opcode;
      this.#record({
        way: side.way,
        kind: isMessage || opcode === "binary" ? "message" : "control",
        label: shorten(label),
        bytes,
        left,
        arrived,
      });
    }
  }
}

/** One direction, as long as it is HTTP. */
class Side {
  way;
  frames = new FrameReader();
  isUpgraded = false;
  #describe;
  #record;
  #head = new HeadReader();
  /** @type {BlockReader | undefined} */
  #blocks;
  /** @type {import("./body.js").BodyReader | undefined} */
  #body;
  /** How the label begins. */
  #title = "";
  #shown = "";
  /** Since the last mark. */
  #bytes = 0;
  /** When the first of them left. */
  #left = 0;

  /**
   * @param {"up" | "down"} way
   * @param {(payload: string) => string} describe
   * @param {(mark: Mark) => void} record
   */
  constructor(way, describe, record) {
    this.way = way;
    this.#describe = describe;
    this.#record = record;
  }

  /**
   * @param {Buffer} chunk
   * @param {number} left
   * @param {number} arrived
   * @returns {Buffer} what is no longer HTTP
   */
  receive(chunk, left, arrived) {
    if (this.#bytes === 0) this.#left = left;
    this.#bytes += chunk.length;
    let rest = chunk;
    if (this.#body === undefined) {
      const whole = this.#head.receive(chunk);
      if (whole === undefined) return NOTHING;
      rest = whole.rest;
      this.#begin(whole.head);
      if (this.isUpgraded) {
        this.#bytes -= rest.length;
        this.#mark("response", arrived);
        return rest;
      }
      if (this.#blocks !== undefined) {
        this.#bytes -= rest.length;
        this.#mark("response", arrived);
        this.#left = left;
        this.#bytes = rest.length;
      }
    }
    const parts = this.#body?.receive(rest) ?? [];
    for (const part of parts) this.#receiveBody(part, arrived);
    if (this.#blocks === undefined && this.#body?.isOver) {
      this.#mark(this.way === "up" ? "request" : "response", arrived);
      // What more comes belongs to nothing that is known here.
      this.#body = undefined;
    }
    return NOTHING;
  }

  /** @param {import("./head.js").Head} head */
  #begin(head) {
    const isRequest = this.way === "up";
    this.#title = isRequest ? head.first.replace(/ HTTP\/1\.1$/, "") : head.first.replace("HTTP/1.1 ", "");
    this.#shown = "";
    this.#body = bodyAfter(head, isRequest);
    if (isRequest) return;
    this.isUpgraded = this.#title.startsWith("101 ");
    if ((head.headers.get("content-type") ?? "").startsWith("text/event-stream"))
      this.#blocks = new BlockReader();
  }

  /**
   * @param {Buffer} part
   * @param {number} arrived
   */
  #receiveBody(part, arrived) {
    if (this.#blocks === undefined) {
      if (this.#shown.length < LONGEST) this.#shown += part.toString("utf8", 0, LONGEST);
      return;
    }
    for (const block of this.#blocks.receive(part)) {
      this.#title = block.replaceAll("\n", " ");
      // Comments, and blocks that only set an id or a time, are no events: HTML standard, section 9.2.6.
      this.#mark(/^data\b/m.test(block) ? "event" : "control", arrived);
    }
  }

  /**
   * @param {import("../../types.d.ts").MarkKind} kind
   * @param {number} arrived
   */
  #mark(kind, arrived) {
    const label = this.#shown === "" ? this.#title : `${this.#title} ${this.#describe(this.#shown)}`;
    this.#record({
      way: this.way,
      kind,
      label: shorten(label),
      bytes: this.#bytes,
      left: this.#left,
      arrived,
    });
    this.#bytes = 0;
  }
}

const NOTHING = Buffer.alloc(0);

/** @param {string} label */
function shorten(label) {
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
}
