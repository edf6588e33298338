import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, vi } from "vitest";
import { io } from "../../src/entry/client.node.ts";
import { Server } from "../../src/entry/server.ts";
import { type CutPlan, startCutProxy } from "./cut-proxy.ts";

/** For each thing that is waited for; none takes that long on a machine that does its work. */
export const TIME = 60_000;
/** Both sides keep a thousand. */
const MOST_UNANSWERED = 500;
const MOST_UNHEARD = 500;
/** What is told while a client is away, so that there is something to recover. */
const WHILE_AWAY = 10;

/** A network between a client and a server. */
export interface Network {
  /** Says in which case something failed. */
  readonly name: string;
  readonly transports: readonly string[];
  /** What becomes of each connection. */
  readonly plan: (connection: number) => CutPlan;
  /** Whether all that is to happen has happened. */
  readonly isOver: () => boolean;
  /** How many acknowledged events one connection has to carry for the network to count as well again. */
  readonly calm: number;
}

/** A generator of numbers from 0 to below 1 (mulberry32), so that each network can be had again. */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers in order, from the first one on, each once. */
function expectInOrder(numbers: readonly number[], first: number, of: string): void {
  expect(numbers, of).toEqual(numbers.map((_, index) => first + index));
}

/** Some events are text, some have bytes behind them. */
const bytesOf = (number: number): Buffer[] => (number % 3 === 0 ? [Buffer.from(`bytes of ${number}`)] : []);

/** Whether they stand at the begin of `args`; behind them is what acknowledges the event, or its place. */
const areBytesOf = (number: number, args: readonly unknown[]): boolean =>
  bytesOf(number).every((bytes, index) => Buffer.isBuffer(args[index]) && bytes.equals(args[index]));

/**
 * Lets a client and a server talk through `network`, and expects that the server takes each event of the client once and
 * in order, and acknowledges it, and that the client hears each broadcast once and in order from its first one on.
 */
export async function expectNothingLost({ name, transports, plan, isOver, calm }: Network): Promise<void> {
  const http = createServer();
  const server = new Server(http, {
    pingInterval: 400,
    pingTimeout: 600,
    upgradeTimeout: 800,
    transports: ["polling", "websocket", "sse"],
    connectionStateRecovery: {},
  });
  const taken: number[] = [];
  const heard: number[] = [];
  const damaged: string[] = [];
  const answers: number[] = [];
  let broadcasts = 0;
  const broadcast = (): void => {
    if (broadcasts - (heard.at(-1) ?? broadcasts) >= MOST_UNHEARD) return;
    server.emit("down", broadcasts, ...bytesOf(broadcasts));
    broadcasts += 1;
  };
  server.on("connection", (socket) => {
    socket.on("up", (number: number, ...rest: unknown[]) => {
      if (!areBytesOf(number, rest)) damaged.push(`up ${number}`);
      taken.push(number);
      const answer = rest.at(-1) as (...args: unknown[]) => void;
      answer(number, ...bytesOf(number + 1));
    });
    socket.on("disconnect", () => {
      for (let count = 0; count < WHILE_AWAY; count += 1) broadcast();
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const proxy = await startCutProxy((http.address() as AddressInfo).port, plan);

  const socket = io(`http://127.0.0.1:${proxy.port}`, {
    forceNew: true,
    transports: [...transports],
    reconnectionDelay: 10,
    reconnectionDelayMax: 50,
    timeout: 1_000,
  });
  let since = 0;
  socket.on("down", (number: number, ...rest: unknown[]) => {
    if (!areBytesOf(number, rest)) damaged.push(`down ${number}`);
    heard.push(number);
  });
  socket.on("connect", () => {
    since = 0;
  });
  let next = 0;
  // Connected or not, within what both sides keep.
  const talking = setInterval(() => {
    broadcast();
    for (let burst = 0; burst < 3 && next - answers.length < MOST_UNANSWERED; burst += 1) {
      socket.emit("up", next, ...bytesOf(next), (number: number) => {
        answers.push(number);
        since += 1;
      });
      next += 1;
    }
  }, 5);
  const end = (): void => {
    clearInterval(talking);
    socket.disconnect();
  };
  onTestFinished(end);

  const until = async (what: string, reached: () => boolean): Promise<void> => {
    await vi.waitUntil(reached, { timeout: TIME, interval: 20 }).catch(() => {
      const state = {
        next,
        since,
        acknowledged: answers.length,
        taken: taken.length,
        last: heard.at(-1),
        broadcasts,
      };
      throw new Error(`${name}: ${what}: ${JSON.stringify({ ...state, connected: socket.connected })}`);
    });
  };
  await until("no connection that was well again", () => since >= calm && isOver());
  clearInterval(talking);
  await until("an acknowledgement that never came", () => answers.length >= next);
  // All others may have been told before the first connection stood.
  broadcast();
  await until("a broadcast that never came", () => heard.at(-1) === broadcasts - 1);
  end();

  expect(damaged, `${name}: what came with other bytes`).toEqual([]);
  expectInOrder(taken, 0, `${name}: what the server has taken`);
  expect(
    answers.toSorted((one, other) => one - other),
    `${name}: what it acknowledged`,
  ).toEqual(taken);
  expectInOrder(heard, heard[0] ?? 0, `${name}: what the client heard`);
}
