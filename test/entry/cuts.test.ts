import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { io } from "../../src/entry/client.node.ts";
import { Server } from "../../src/entry/server.ts";
import { type CutPlan, type Disturbance, startCutProxy } from "../support/cut-proxy.ts";

/** How many networks are tried; `CUTS=200` for more. */
const NETWORKS = Number(process.env.CUTS ?? 16);
const AT_ONCE = 8;
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

/** One side's messages of one connection: they must come in order, from the first on, each once. */
function expectInOrder(numbers: readonly number[], of: string): void {
  expect(numbers, of).toEqual(numbers.map((_, index) => index));
}

async function run(seed: number): Promise<void> {
  const http = createServer();
  const server = new Server(http, {
    pingInterval: 400,
    pingTimeout: 400,
    upgradeTimeout: 500,
    transports: ["polling", "websocket"],
  });
  const received = new Map<string, number[]>();
  server.on("connection", (socket) => {
    const numbers: number[] = [];
    received.set(socket.id, numbers);
    let next = 0;
    const talk = setInterval(() => socket.emit("down", next++), 5);
    socket.on("disconnect", () => clearInterval(talk));
    socket.on("up", (number: number, answer: (number: number) => void) => {
      numbers.push(number);
      answer(number);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
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
  const heard = new Map<string, number[]>();
  const sent = new Map<string, { acked: Set<number>; failed: number; next: number; lost: boolean }>();
  let doubled = 0;
  socket.on("down", (number: number) => heard.get(socket.id ?? "")?.push(number));
  socket.on("connect", () => {
    const id = socket.id ?? "";
    heard.set(id, []);
    const mine = { acked: new Set<number>(), failed: 0, next: 0, lost: false };
    sent.set(id, mine);
    const talk = setInterval(() => {
      for (let burst = 0; burst < 3; burst += 1) {
        const number = mine.next++;
        socket.timeout(10_000).emit("up", number, (error: Error | null, answer: number) => {
          if (error !== null) mine.failed += 1;
          else if (mine.acked.has(answer) || answer !== number) doubled += 1;
          else mine.acked.add(answer);
        });
      }
    }, 5);
    socket.once("disconnect", () => {
      mine.lost = true;
      clearInterval(talk);
    });
    onTestFinished(() => clearInterval(talk));
  });

  // It is well again when one connection has carried 150 acknowledged events, or the time of the test is over.
  await new Promise<void>((resolve) => {
    const watch = setInterval(() => {
      const mine = sent.get(socket.id ?? "");
      if (mine === undefined || mine.acked.size < 150) return;
      clearInterval(watch);
      resolve();
    }, 20);
    onTestFinished(() => clearInterval(watch));
  });

  expect(doubled).toBe(0);
  for (const [id, { acked, next, failed, lost }] of sent) {
    const there = received.get(id) ?? [];
    expectInOrder(there, "what the server received");
    for (const number of acked) expect(number).toBeLessThan(there.length);
    // Each has one end, but for those under way on the connection that stands.
    if (lost) expect(acked.size + failed).toBe(next);
    else expect(failed).toBe(0);
  }
  for (const numbers of heard.values()) expectInOrder(numbers, "what the client received");
}

describe("A client and a server, with a network between them that cuts, stalls, delays and splits", () => {
  for (let first = 0; first < NETWORKS; first += AT_ONCE) {
    const seeds = Array.from({ length: AT_ONCE }, (_, index) => first + index);
    it(`lose nothing within a connection, and find back: networks ${seeds.join(" ")}`, async () => {
      await Promise.all(seeds.map(run));
    });
  }
});
