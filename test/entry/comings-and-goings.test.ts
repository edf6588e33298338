import { createServer } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Manager, type Socket } from "../../src/entry/client.node.ts";
import { Server } from "../../src/entry/server.ts";
import { listen } from "../support/http.ts";
import { chance } from "../support/lossless.ts";

/** How many programs are tried; `CUTS=200` for more, `CUT_SEED=7` for the one of a failure. */
const PROGRAMS = Number(process.env.CUTS ?? 16);
const SEED = Number(process.env.CUT_SEED ?? 0);
const AT_ONCE = 8;
const TIME = 60_000;
/** How often something happens to a program's sockets. */
const DEEDS = 60;
const WAYS = [["websocket"], ["polling"], ["polling", "websocket"], ["sse"]];
const NAMESPACES = ["/", "/second"];

/** What one namespace's server has taken, and what its client has heard of it. */
interface Ledger {
  readonly socket: Socket;
  readonly taken: number[];
  readonly answered: number[];
  readonly failed: number[];
  emitted: number;
}

/**
 * A client with two namespaces on one connection, whose sockets and connections are ended by either side at any time,
 * refused, and brought back, while it emits: from anywhere, also from the listeners that hear of all that.
 */
async function run(seed: number): Promise<void> {
  const random = chance(seed);
  const isLikely = (share: number): boolean => random() < share;
  const { server: http, port } = await listen(createServer());
  // One that keeps a single producer has forgotten the other when the client comes back.
  const server = new Server(http, {
    transports: ["polling", "websocket", "sse"],
    maxProducers: seed % 5 === 4 ? 1 : 1_000,
  });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  // Not one that `io` keeps: a port may have been another program's.
  const manager = new Manager(`http://127.0.0.1:${port}`, {
    autoConnect: false,
    transports: [...(WAYS[seed % WAYS.length] ?? [])],
    reconnectionDelay: 1,
    reconnectionDelayMax: 5,
  });
  let isRestless = true;

  const ledgers = NAMESPACES.map((name): Ledger => {
    const taken: number[] = [];
    const namespace = server.of(name);
    namespace.use((_socket, next) => {
      const refused = isRestless && isLikely(0.2) ? new Error("not now") : undefined;
      if (isLikely(0.5)) setTimeout(next, random() * 5, refused);
      else next(refused);
    });
    namespace.on("connection", (socket) => {
      socket.on("up", (number: number, answer: (number: number) => void) => {
        taken.push(number);
        if (isLikely(0.5)) answer(number);
        else setTimeout(answer, random() * 10, number);
      });
    });
    const socket = manager.socket(name);
    onTestFinished(() => void socket.disconnect());
    return { socket, taken, answered: [], failed: [], emitted: 0 };
  });

  const emit = (ledger: Ledger): void => {
    // Within what both sides keep.
    if (ledger.emitted - ledger.answered.length - ledger.failed.length > 300) return;
    const number = ledger.emitted++;
    ledger.socket.timeout(TIME).emit("up", number, (error: Error | null) => {
      (error === null ? ledger.answered : ledger.failed).push(number);
      if (isRestless && isLikely(0.2)) emit(ledger);
    });
  };
  const comeBack = ({ socket }: Ledger): void => {
    if (isLikely(0.5)) socket.connect();
    else setTimeout(() => socket.connect(), random() * 5);
  };
  for (const ledger of ledgers) {
    const { socket } = ledger;
    socket.on("connect", () => emit(ledger));
    socket.on("connect_error", () => {
      emit(ledger);
      if (!socket.active) comeBack(ledger);
    });
    socket.on("disconnect", () => {
      emit(ledger);
      if (!socket.active) comeBack(ledger);
    });
    comeBack(ledger);
  }

  const deeds: ((ledger: Ledger) => void)[] = [
    ({ socket }) => void socket.disconnect().connect(),
    ({ socket }) => void socket.disconnect(),
    ({ socket }) => void socket.io.engine?.close(),
    ({ socket }) =>
      server.of(NAMESPACES[ledgers.findIndex((each) => each.socket === socket)] ?? "/").disconnectSockets(),
    () => server.disconnectSockets(true),
    () => server.of("/").sockets.forEach(({ conn }) => void conn.close()),
  ];
  for (let count = 0; count < DEEDS; count += 1) {
    const ledger = ledgers[Math.floor(random() * ledgers.length)] as Ledger;
    for (const each of ledgers) for (let burst = random() * 6; burst > 0; burst -= 1) emit(each);
    deeds[Math.floor(random() * deeds.length)]?.(ledger);
    for (const each of ledgers) if (isLikely(0.5)) emit(each);
    await new Promise((resolve) => setTimeout(resolve, random() * 12));
  }
  isRestless = false;
  for (const ledger of ledgers) ledger.socket.connect();
  for (const ledger of ledgers) {
    for (let count = 0; count < 20; count += 1) emit(ledger);
    const { answered, failed, socket } = ledger;
    await vi
      .waitUntil(() => answered.length + failed.length === ledger.emitted, { timeout: TIME, interval: 10 })
      .catch(() => {
        const state = { seed, emitted: ledger.emitted, answered: answered.length, failed: failed.length };
        throw new Error(
          `Callbacks that were never called: ${JSON.stringify({ ...state, connected: socket.connected })}`,
        );
      });
  }
  for (const { socket, taken, answered, emitted } of ledgers) {
    expect(taken, `program ${seed}: in order, and none twice`).toEqual(
      [...new Set(taken)].sort((a, b) => a - b),
    );
    expect(new Set(answered).size, `program ${seed}: each callback is called once`).toBe(answered.length);
    expect(answered.filter((number) => !taken.includes(number))).toEqual([]);
    // Whatever happened before, it goes on.
    expect(await socket.timeout(TIME).emitWithAck("up", emitted), `program ${seed}`).toBe(emitted);
  }
}

describe("Sockets that are ended by either side, refused and brought back", () => {
  for (let first = SEED; first < SEED + PROGRAMS; first += AT_ONCE) {
    const last = Math.min(first + AT_ONCE, SEED + PROGRAMS) - 1;
    it(`do nothing twice, and go on: programs ${first} to ${last}`, { timeout: 4 * TIME }, async () => {
      await Promise.all(Array.from({ length: last - first + 1 }, (_, index) => run(first + index)));
    });
  }
});
