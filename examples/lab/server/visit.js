import { Bucket } from "./bucket.js";
import { DemoProcess } from "./demo-process.js";
import { now } from "./now.js";
import { Exchange } from "./wire/exchange.js";
import { Wire } from "./wire/wire.js";

/**
 * @typedef {import("../types.d.ts").Technique} Technique
 * @typedef {import("../types.d.ts").Mark} Mark
 * @typedef {{
 *   batch(batch: import("../types.d.ts").Batch): void,
 *   demo(state: import("../types.d.ts").DemoState): void,
 * }} Audience
 * @typedef {Pick<DemoProcess, "state" | "port" | "stop" | "dispose"> & { on(event: "state", listener: () => void): unknown }} Demo
 */

const nothing = () => ({ up: 0, down: 0, requests: 0 });
/** @param {import("./limits.js").LabLimits} limits */
const startProcess = (limits) => new DemoProcess(limits);

/** One visitor: a server of their own, the wires to it, and what crossed them. */
export class Visit {
  id;
  address;
  #limits;
  #localAddress;
  #audience;
  #demo;
  #connects;
  /** And whether each is of an upgrade. @type {Map<Wire, boolean>} */
  #wires = new Map();
  /** @type {import("../types.d.ts").Network} */
  #network = { slow: false, blocked: false, proxied: false };
  #totals = {
    polling: nothing(),
    sse: nothing(),
    websocket: nothing(),
    socketio: nothing(),
    "socketio-websocket": nothing(),
  };
  /** @type {Mark[]} */
  #marks = [];
  /** @type {NodeJS.Timeout | undefined} */
  #batchTimer;
  #exchanges = 0;
  #isClosed = false;

  /**
   * @param {{
   *   id: string,
   *   address: string,
   *   localAddress: string | undefined,
   *   limits: import("./limits.js").LabLimits,
   *   audience: Audience,
   *   startDemo?: (limits: import("./limits.js").LabLimits) => Demo,
   * }} options `address`: the visitor's. `localAddress`: what the wires have as theirs.
   */
  constructor({ id, address, localAddress, limits, audience, startDemo = startProcess }) {
    this.id = id;
    this.address = address;
    this.#localAddress = localAddress;
    this.#limits = limits;
    this.#audience = audience;
    this.#connects = new Bucket(limits.connects);
    this.#demo = startDemo(limits);
    this.#demo.on("state", () => audience.demo(this.#demo.state));
  }

  get network() {
    return this.#network;
  }

  get demo() {
    return this.#demo.state;
  }

  /** @returns {Readonly<Record<Technique, import("../types.d.ts").Totals>>} */
  get totals() {
    return this.#totals;
  }

  /** @param {import("../types.d.ts").Network} wish */
  change(wish) {
    const { blocked } = this.#network;
    this.#network = wish;
    if (!wish.blocked || blocked) return;
    // A firewall that begins to refuse WebSocket does not spare those that are open.
    for (const [wire, isUpgraded] of this.#wires) if (isUpgraded) wire.cut();
  }

  /** Breaks every connection that is open now. */
  cut() {
    for (const wire of this.#wires.keys()) wire.cut();
  }

  stop() {
    this.#demo.stop();
  }

  /** Whether there may be one more connection. Each that may be is counted. */
  admits() {
    return this.#wires.size < this.#limits.wires && this.#connects.take();
  }

  /**
   * A connection to this visitor's server.
   * @param {Technique} technique
   * @param {boolean} isUpgraded
   * @returns {Wire | undefined} undefined when no server is there
   */
  connect(technique, isUpgraded) {
    const exchange = ++this.#exchanges;
    const totals = this.#totals[technique];
    /** @type {(mark: import("./wire/exchange.js").Mark) => void} */
    const record = (mark) => {
      if (mark.kind === "request") totals.requests += 1;
      this.#record({ technique, exchange, ...mark });
    };
    /** @param {"refused" | "cut" | "end"} kind */
    const ended = (kind) => {
      const at = now();
      record({ way: "up", kind, label: "", bytes: 0, left: at, arrived: at });
    };
    const { port } = this.#demo;
    if (port === undefined) {
      ended("refused");
      return undefined;
    }
    const reader = new Exchange(technique, record);
    const wire = new Wire({
      port,
      localAddress: this.#localAddress,
      speed: () => (this.#network.slow ? this.#limits.slow : this.#limits.fast),
      laneBytes: this.#limits.laneBytes,
      tap: {
        up: (chunk, left, arrives) => reader.up(chunk, left, arrives),
        down: (chunk, left, arrives) => reader.down(chunk, left, arrives),
        written: (bytes) => {
          totals.up += bytes;
          this.#announce();
        },
        read: (bytes) => {
          totals.down += bytes;
          this.#announce();
        },
      },
    });
    this.#wires.set(wire, isUpgraded);
    wire.once("error", (error) =>
      ended("syscall" in error && error.syscall === "connect" ? "refused" : "cut"),
    );
    wire.once("close", () => {
      this.#wires.delete(wire);
      ended("end");
    });
    return wire;
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#batchTimer);
    for (const wire of this.#wires.keys()) wire.destroy();
    this.#demo.dispose();
  }

  /** @param {Mark} mark */
  #record(mark) {
    if (this.#marks.length < this.#limits.marks) this.#marks.push(mark);
    this.#announce();
  }

  #announce() {
    if (this.#isClosed) return;
    this.#batchTimer ??= setTimeout(() => {
      this.#batchTimer = undefined;
      const marks = this.#marks;
      this.#marks = [];
      this.#audience.batch({ marks, totals: this.totals });
    }, this.#limits.batchMs);
  }
}
