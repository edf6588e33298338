import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { RawPolling } from "../../test/support/engine-client.ts";
import { RawPeer, requestText } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** How often an attack is repeated: the first rounds fill what a program fills once. */
const ROUNDS = 5;
const SETTLED_FROM = 3;
/** Bytes by which the memory may differ between settled rounds: what a test runner itself takes meanwhile. */
const NOISE = 1_500_000;

/** Bytes in use after everything that nobody holds has gone. */
function memory(): number {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** TCP sockets and servers, and timers that keep the process alive. */
function resources(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(TCP|Pipe|Timeout|FSReqCallback)/.test(name))
    .length;
}

/** What an attack is carried out on. */
export interface Target {
  readonly port: number;
  /** The request line of a handshake that it takes. */
  readonly handshake: string;
  /** What an honest client does once it is connected, so that it may speak; frames of the text that it sends come back. */
  join?(peer: RawPeer): Promise<void>;
  /** How a client says `text`, and how it hears it. */
  say(text: string): string | Buffer;
  /** Answers what an honest client hears beside that: a ping of the engine. False for what it should not hear. */
  answer?(peer: RawPeer, text: string): boolean;
  /** Whether the server holds nothing of a client any more but of the honest one. */
  isSettled?(): boolean;
  close(): Promise<void>;
}

const frame = peerOf("server");

/** An honest client on the same server, which has to be answered all the while. */
export class Healthy {
  readonly #peer: RawPeer;
  readonly #target: Target;
  /** How often it was answered, */
  answers = 0;
  /** and how long that took, in milliseconds. */
  readonly latencies: number[] = [];
  #isTimed = true;
  #isOver = false;
  #run: Promise<void> = Promise.resolve();

  private constructor(peer: RawPeer, target: Target) {
    this.#peer = peer;
    this.#target = target;
  }

  static async join(target: Target): Promise<Healthy> {
    const peer = await RawPeer.dial(target.port, requestText({}, target.handshake));
    await target.join?.(peer);
    const healthy = new Healthy(peer, target);
    healthy.#run = healthy.#keepAsking();
    // Seen when the run is awaited.
    healthy.#run.catch(() => {});
    return healthy;
  }

  /** Resolves when it was answered once more: a question and an answer that both fall behind this call. */
  async answered(): Promise<void> {
    const wanted = this.answers + 2;
    await Promise.race([until(() => this.answers >= wanted), this.#run]);
  }

  /** The answer that is awaited now does not count: the test itself holds it up. */
  skip(): void {
    this.#isTimed = false;
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    await this.#run;
    this.#peer.destroy();
  }

  async #keepAsking(): Promise<void> {
    const peer = this.#peer;
    for (let i = 0; !this.#isOver; i += 1) {
      const text = this.#target.say(`healthy ${i}`);
      const since = performance.now();
      peer.frames.length = 0;
      peer.send(frame(typeof text === "string" ? 0x81 : 0x82, text));
      await this.#heard(`healthy ${i}`);
      this.answers += 1;
      if (this.#isTimed) this.latencies.push(performance.now() - since);
      this.#isTimed = true;
    }
  }

  async #heard(wanted: string): Promise<void> {
    const peer = this.#peer;
    for (let count = 1; ; count += 1) {
      await peer.arrived(count);
      if (peer.isEnded) throw new Error("The healthy client was cut off.");
      const { first, payload } = peer.frames[count - 1] ?? {};
      const text = payload?.toString() ?? "";
      if ((first === 0x81 || first === 0x82) && text.includes(wanted)) return;
      // Pings of the server may come in between.
      if (first === 0x81 && this.#target.answer?.(peer, text) !== true)
        throw new Error("The healthy client was misunderstood.");
    }
  }
}

/** What an attack is given: the target, and connections that are closed when the round is over. */
export class Round {
  readonly target: Target;
  readonly healthy: Healthy;
  readonly #peers: RawPeer[] = [];
  readonly #sessions: RawPolling[] = [];

  constructor(target: Target, healthy: Healthy) {
    this.target = target;
    this.healthy = healthy;
  }

  /** A connection of the attacker's. */
  async dial(
    headers: Parameters<typeof requestText>[0] = {},
    handshake = this.target.handshake,
  ): Promise<RawPeer> {
    const peer = await RawPeer.dial(this.target.port, requestText(headers, handshake));
    this.#peers.push(peer);
    return peer;
  }

  /** The same, after what an honest client does first. */
  async join(): Promise<RawPeer> {
    const peer = await this.dial();
    await this.target.join?.(peer);
    return peer;
  }

  /** A session over polling, to Socket.IO; with `joins`, in the main namespace. */
  async poll(joins = false): Promise<RawPolling> {
    const session = await RawPolling.open(this.target.port, { below: "/socket.io/" });
    this.#sessions.push(session);
    if (joins) {
      await session.post("40");
      expect((await session.poll())[0]).toMatch(/^40\{/);
    }
    return session;
  }

  /** Bytes in use by all, after everything that nobody holds has gone. */
  memory(): number {
    this.healthy.skip();
    return memory();
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.destroy();
    // Those that the server has ended refuse.
    for (const session of this.#sessions) await session.post("1");
  }
}

/**
 * The frame of every attack: an honest client is answered all the while, nothing goes uncaught, and memory and
 * resources come back to where they were. Gives the times of the honest client's answers, in milliseconds.
 */
export async function withstand(
  start: () => Promise<Target>,
  attack: (round: Round) => Promise<void>,
  rounds = ROUNDS,
): Promise<readonly number[]> {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on("uncaughtException", note);
  process.on("unhandledRejection", note);
  const target = await start();
  const healthy = await Healthy.join(target);
  try {
    await healthy.answered();
    const before = resources();
    const levels: number[] = [];
    for (let i = 1; i <= rounds; i += 1) {
      const round = new Round(target, healthy);
      try {
        await attack(round);
      } finally {
        await round.close();
      }
      await healthy.answered();
      await until(() => resources() <= before && target.isSettled?.() !== false);
      if (i >= SETTLED_FROM) levels.push(round.memory());
    }
    expect(uncaught).toEqual([]);
    expect(Math.max(0, ...levels) - (levels[0] ?? 0)).toBeLessThan(NOISE);
    return healthy.latencies;
  } finally {
    await healthy.leave().catch((error) => uncaught.push(error));
    await target.close();
    process.off("uncaughtException", note);
    process.off("unhandledRejection", note);
    expect(uncaught).toEqual([]);
  }
}
