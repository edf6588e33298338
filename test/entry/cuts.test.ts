import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { io } from "../../src/entry/client.node.ts";
import { Server } from "../../src/entry/server.ts";
import { type CutPlan, type Disturbance, startCutProxy } from "../support/cut-proxy.ts";

/** How many networks are tried; `CUTS=200` for more. */
const NETWORKS = Number(process.env.CUTS ?? 16);
const AT_ONCE = 8;
const TIME = 20_000;
/** Both sides keep a thousand. */
const MOST_UNANSWERED = 500;
/** Connections of each that are disturbed; those after them pass. */
const DISTURBED = 6;
/** About what a session's handshake, upgrade and first messages take. */
const BYTES = 3_000;

/** A generator of numbers from 0 to below 1 (mulberry32), so that each network can be had again. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function disturbances(random: () => number): Disturbance[] {
  const place = (): number => Math.floor(random() * BYTES);
  const delays = [0, 1].map(() => ({ at: place(), action: Math.floor(random() * 60) }));
  const last = random();
  if (last < 0.5) return [...delays, { at: place(), action: "cut" }];
  return last < 0.7 ? [...delays, { at: place(), action: "stall" }] : delays;
}

function plans(seed: number): CutPlan[] {
  const random = chance(seed);
  return Array.from({ length: DISTURBED }, () => ({
    up: disturbances(random),
    down: disturbances(random),
    ...(random() < 0.3 && { split: 1 + Math.floor(random() * 40) }),
  }));
}

const WAYS = [["polling", "websocket"], ["polling"], ["websocket"], ["polling", "websocket"]] as const;

/** Numbers in order, from the first one on, each once. */
function expectInOrder(numbers: readonly number[], first: number, of: string): void {
  expect(numbers, of).toEqual(numbers.map((_, index) => first + index));
}

async function run(seed: number): Promise<void> {
  const http = createServer();
  const server = new Server(http, {
    pingInterval: 400,
    pingTimeout: 400,
    upgradeTimeout: 500,
    transports: ["polling", "websocket"],
    connectionStateRecovery: {},
  });
  const taken: number[] = [];
  server.on("connection", (socket) => {
    socket.on("up", (number: number, answer: (number: number) => void) => {
      taken.push(number);
      answer(number);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  let broadcasts = 0;
  const broadcasting = setInterval(() => server.emit("down", broadcasts++), 5);
  onTestFinished(() => clearInterval(broadcasting));
  const disturbed = plans(seed);
  const proxy = await startCutProxy((http.address() as AddressInfo).port, (index) => disturbed[index] ?? {});

  const socket = io(`http://127.0.0.1:${proxy.port}`, {
    forceNew: true,
    transports: WAYS[seed % WAYS.length] ?? [],
    reconnectionDelay: 10,
    reconnectionDelayMax: 50,
    timeout: 800,
  });
  onTestFinished(() => void socket.disconnect());
  const heard: number[] = [];
  const answers: number[] = [];
  let since = 0;
  socket.on("down", (number: number) => heard.push(number));
  socket.on("connect", () => {
    since = 0;
  });
  let next = 0;
  // Connected or not, within what the client keeps.
  const talking = setInterval(() => {
    for (let burst = 0; burst < 3 && next - answers.length < MOST_UNANSWERED; burst += 1) {
      socket.emit("up", next++, (number: number) => {
        answers.push(number);
        since += 1;
      });
    }
  }, 5);
  onTestFinished(() => clearInterval(talking));

  const until = async (what: string, reached: () => boolean): Promise<void> => {
    await vi.waitUntil(reached, { timeout: TIME, interval: 20 }).catch(() => {
      const state = {
        seed,
        next,
        since,
        acknowledged: answers.length,
        taken: taken.length,
        last: heard.at(-1),
        broadcasts,
      };
      throw new Error(`${what}: ${JSON.stringify({ ...state, connected: socket.connected })}`);
    });
  };

  // It is well again when one connection has carried 150 acknowledged events, or the time of the test is over.
  await until("no connection that carried 150 events", () => since >= 150);
  clearInterval(talking);
  await until("an acknowledgement that never came", () => answers.length >= next);
  clearInterval(broadcasting);
  await until("a broadcast that never came", () => heard.at(-1) === broadcasts - 1);

  expectInOrder(taken, 0, "what the server has taken");
  expect(
    answers.toSorted((one, other) => one - other),
    "what it acknowledged",
  ).toEqual(taken);
  expectInOrder(heard, heard[0] ?? 0, "what the client heard");
}

describe("A client and a server, with a network between them that cuts, stalls, delays and splits", () => {
  for (let first = 0; first < NETWORKS; first += AT_ONCE) {
    const seeds = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    it(`lose nothing and do nothing twice: networks ${seeds.join(" ")}`, { timeout: 4 * TIME }, async () => {
      await Promise.all(seeds.map(run));
    });
  }
});
