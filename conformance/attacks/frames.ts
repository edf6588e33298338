import { constants, deflateRawSync } from "node:zlib";
import { expect } from "vitest";
import { AssemblyBudget } from "../../src/node/assembly-budget.ts";
import { until } from "../../test/node/websocket/echo-server.ts";
import { closePayload, peerOf, pong, text } from "../support/wire.ts";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { isFull, scale } from "./scale.ts";
import { type ShellTarget, startShells, startSocketIo, startWebSocketServer } from "./targets.ts";

const frame = peerOf("server");
const join = Buffer.concat;
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

/** Frames that must end the connection at once, with the code that says why. */
const REFUSED: readonly (readonly [id: string, name: string, bytes: readonly Buffer[], code: number])[] = [
  ["F-1", "reserved bits", [frame(0xc1), frame(0xa1), frame(0x91), frame(0xf1), frame(0xc9)], 1002],
  [
    "F-2",
    "reserved opcodes",
    [3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf].map((opcode) => frame(0x80 | opcode)),
    1002,
  ],
  [
    "F-3",
    "control frames in fragments or too long",
    [frame(0x09), frame(0x08), frame(0x89, "x".repeat(126))],
    1002,
  ],
  ["F-4", "unmasked", [hex("81 02 68 69"), hex("89 00"), hex("88 00")], 1002],
  ["F-5", "continuations", [frame(0x80, "a"), join([frame(0x01, "a"), frame(0x01, "a")])], 1002],
  [
    "F-6",
    "close frames",
    [
      frame(0x88, "\x03"),
      ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535].map((code) => frame(0x88, closePayload(code))),
    ],
    1002,
  ],
  ["F-6", "a reason that is no UTF-8", [frame(0x88, hex("03e8ff"))], 1007],
  ["F-7", "the highest bit of a length", [hex("82ffffffffffffffffff")], 1002],
  [
    "F-7",
    "lengths of 2^53 and more",
    [hex("82ff7fffffffffffffff"), hex("82ff0020000000000000")].map((bytes) => join([bytes, hex("00000000")])),
    1009,
  ],
  ["F-8", "lengths in too many bytes", [hex("81fe0005"), hex("81ff0000000000000005")], 1002],
  [
    "F-10",
    "text that is no UTF-8",
    ["ff", "c080", "eda080", "f4908080", "e282"].map((digits) => frame(0x81, hex(digits))),
    1007,
  ],
  ["F-10", "a wrong first fragment", [frame(0x01, hex("ff"))], 1007],
];

const shells = (round: Round) => (round.target as ShellTarget).shells;

const refusals: Attack[] = REFUSED.flatMap(([id, name, list, code]) =>
  [startWebSocketServer, startSocketIo].map((start) => ({
    ids: [id],
    name: `${name}, to ${start.name}: ${code}`,
    start: () => start(),
    async run(round: Round) {
      for (const bytes of list) {
        const peer = await round.dial();
        peer.send(bytes);
        await peer.ended;
        expect(peer.names.at(-1)).toBe(`close ${code}`);
        expect(peer.names.filter((each) => each.startsWith("close"))).toHaveLength(1);
      }
    },
  })),
);

const accepted: Attack[] = [
  {
    ids: ["F-9"],
    name: "a megabyte behind a close frame: not looked at, TCP ends",
    start: startWebSocketServer,
    async run(round) {
      let messages = 0;
      const { server } = round.target as Awaited<ReturnType<typeof startWebSocketServer>>;
      server.once("connection", (socket) => socket.on("message", () => (messages += 1)));
      const peer = await round.dial();
      peer.send(
        join([frame(0x88, closePayload(1000)), ...new Array(1000).fill(frame(0x82, "x".repeat(1000)))]),
      );
      await peer.ended;
      expect(messages).toBe(0);
      expect(peer.names).toEqual(["close 1000"]);
    },
  },
  {
    ids: ["F-10", "F-11", "F-12"],
    name: "what only looks like an attack is taken",
    start: startWebSocketServer,
    async run(round) {
      const peer = await round.dial();
      peer.send(
        join([
          frame(0x01, hex("e2")),
          frame(0x89, "p"),
          frame(0x80, hex("82ac")),
          frame(0x01),
          frame(0x00),
          frame(0x80),
        ]),
      );
      await peer.arrived(3);
      expect(peer.names).toEqual([pong("p"), text("€"), text("")]);
    },
  },
];

const CHOPPED = scale(10_000_000, 10_000);
const FRAGMENTS = 100_000;
const SIZE = 16;

const assembling: Attack[] = [
  {
    ids: ["F-13a"],
    name: `${FRAGMENTS} fragments of ${SIZE} bytes hold no more than 1.1 times their bytes`,
    start: startShells,
    rounds: 3,
    async run(round) {
      const peer = await round.dial();
      const before = round.memory();
      peer.send(frame(0x01));
      const fragment = frame(0x00, "x".repeat(SIZE));
      const thousand = join(new Array(1000).fill(fragment));
      for (let i = 0; i < FRAGMENTS / 1000; i += 1) peer.send(thousand);
      // A pong comes when all before the ping has been taken.
      peer.send(frame(0x89, "done"));
      await peer.arrived(1);
      // An object for each fragment would be some 10 MB; what the runner takes meanwhile is much less than one.
      expect(round.memory() - before).toBeLessThan(1.1 * FRAGMENTS * SIZE + 16_384 + 1_000_000);
    },
  },
  {
    ids: ["F-13b"],
    name: "empty fragments without end: 1008 at the limit, nothing held",
    start: () => startWebSocketServer({ maxFragments: 10_000 }),
    async run(round) {
      const peer = await round.dial();
      peer.send(join([frame(0x01), ...new Array(10_000).fill(frame(0x00))]));
      await peer.ended;
      expect(peer.names).toEqual(["close 1008"]);
    },
  },
  {
    ids: ["F-13c"],
    name: "16,000 fragments and silence: cut off at the deadline",
    start: () => startShells({ messageTimeout: 100 }),
    async run(round) {
      const peer = await round.dial();
      peer.send(join([frame(0x01), ...new Array(16_000).fill(frame(0x00, "a"))]));
      await peer.ended;
      expect((await shells(round).at(-1)?.over)?.error?.code).toBe("WS_ERR_MESSAGE_TIMEOUT");
    },
  },
  (() => {
    const assembly = new AssemblyBudget(1_000_000);
    return {
      ids: ["F-13d"],
      name: "half of a message on each of 50 connections: never more than the budget, 1013 for the longest",
      start: () => startShells({ assembly }),
      async run(round) {
        const peers = await Promise.all(Array.from({ length: 50 }, () => round.dial()));
        for (const [i, peer] of peers.entries()) {
          peer.send(frame(0x82, Buffer.alloc(50_000 + i), { length: 200_000 }));
        }
        await until(() => peers.filter((peer) => peer.isEnded).length >= 31);
        expect(assembly.total).toBeLessThanOrEqual(assembly.limit);
        expect(peers.filter((peer) => peer.names[0] === "close 1013").length).toBeGreaterThanOrEqual(31);
        expect(peers.some((peer) => !peer.isEnded)).toBe(true);
        for (const peer of peers) peer.destroy();
        // What was held is given back with its connection.
        await until(() => assembly.total === 0);
      },
    } satisfies Attack;
  })(),
  {
    ids: ["F-14"],
    name: `${CHOPPED} bytes, a byte in each packet: taken`,
    start: startWebSocketServer,
    rounds: isFull ? 1 : 3,
    async run(round) {
      const peer = await round.dial();
      await peer.sendChopped(frame(0x82, Buffer.alloc(CHOPPED, "x")), 1);
      await peer.arrived(1);
      expect(peer.frames[0]?.payload).toHaveLength(CHOPPED);
    },
  },
  {
    ids: ["F-14", "F-15"],
    name: "more announced than is allowed: 1009 from the header alone",
    start: () => startWebSocketServer({ maxPayload: 1_000_000 }),
    async run(round) {
      const peer = await round.dial();
      peer.send(frame(0x82, "", { length: 1_000_001 }));
      await peer.ended;
      expect(peer.names).toEqual(["close 1009"]);
    },
  },
  {
    ids: ["F-15"],
    name: "100 MiB announced on each of 20 connections, as is allowed, and nothing else: nothing is held",
    start: startWebSocketServer,
    async run(round) {
      const peers = await Promise.all(Array.from({ length: 20 }, () => round.dial()));
      const before = round.memory();
      for (const peer of peers) peer.send(frame(0x82, "x", { length: 100 * 1024 * 1024 }));
      await round.healthy.answered();
      expect(round.memory() - before).toBeLessThan(1_000_000);
    },
  },
];

/** The most messages that one connection had handled in one turn of the loop. */
function countTurns(round: Round): { most: number } {
  const count = { most: 0 };
  let now = 0;
  const shell = shells(round).at(-1);
  if (shell === undefined) throw new Error("no connection");
  shell.onMessage = () => {
    if (now === 0) setImmediate(() => (now = 0));
    now += 1;
    count.most = Math.max(count.most, now);
  };
  return count;
}

const floods: Attack[] = [
  {
    ids: ["F-17"],
    name: "174,000 empty messages in one write: 256 per turn, and others in between",
    start: startShells,
    rounds: 3,
    async run(round) {
      const peer = await round.dial();
      await until(() => shells(round).length >= 2);
      const count = countTurns(round);
      const answers = round.healthy.answers;
      peer.send(join([...new Array(174_000).fill(frame(0x81)), frame(0x89, "done")]));
      await peer.arrived(1);
      // Of one turn the rest, and of the next one the beginning: at most two budgets between two resets.
      expect(count.most).toBeLessThanOrEqual(512);
      // 174,000 frames are 680 turns; the healthy client shares the thread with the attacker, and still has its own.
      expect(round.healthy.answers - answers).toBeGreaterThan(20);
    },
  },
  {
    ids: ["F-18"],
    name: "100,000 pings from a peer that does not read: one pong is kept",
    start: startShells,
    rounds: 3,
    async run(round) {
      const peer = await round.dial();
      const shell = shells(round).at(-1);
      peer.socket.pause();
      const thousand = join(new Array(1000).fill(frame(0x89, "x".repeat(125))));
      for (let i = 0; i < 100 && !peer.isEnded; i += 1) {
        if (!peer.send(thousand))
          await Promise.race([new Promise((resolve) => peer.socket.once("drain", resolve)), peer.ended]);
      }
      await until(() => (shell?.messages.length ?? 0) >= 100_000);
      // What one turn answers before the kernel says no: 256 pongs, in a write or two.
      expect(shell?.queued).toBeLessThan(256 * 127 * 3);
      shell?.messages.splice(0);
    },
  },
  {
    ids: ["F-18"],
    name: "1,001 pings or pongs in a second, to Socket.IO: 1008",
    start: startSocketIo,
    async run(round) {
      for (const first of [0x89, 0x8a]) {
        const peer = await round.dial();
        peer.send(join(new Array(2100).fill(frame(first))));
        await peer.ended;
        expect(peer.names.at(-1)).toBe("close 1008");
      }
    },
  },
  {
    ids: ["F-18"],
    name: "10 pings, 10 pongs; pongs that nobody asked for do nothing",
    start: startWebSocketServer,
    async run(round) {
      const peer = await round.dial();
      const ten = Array.from({ length: 10 }, (_, i) => `${i}`);
      peer.send(join([frame(0x8a, "x"), ...ten.map((each) => frame(0x89, each))]));
      await peer.arrived(10);
      expect(peer.names).toEqual(ten.map((each) => pong(each)));
    },
  },
  {
    ids: ["F-19"],
    name: "a close frame that is never answered: cut off",
    start: () => startWebSocketServer({ closeTimeout: 100 }),
    async run(round) {
      const peer = await round.dial();
      const { server } = round.target as Awaited<ReturnType<typeof startWebSocketServer>>;
      [...server.clients].at(-1)?.close(1001);
      await peer.ended;
      expect(peer.names).toEqual(["close 1001"]);
    },
  },
  {
    ids: ["F-19"],
    name: "a peer that is gone without a word: cut off by the heartbeat",
    start: () => startWebSocketServer({ heartbeat: { interval: 500, timeout: 500 } }),
    rounds: 3,
    async run(round) {
      // It answers no ping, as one whose link was cut; the healthy client's messages are signs of life.
      const peer = await round.dial();
      await peer.ended;
      expect(peer.names[0]).toBe("ping");
    },
  },
];

/** What 20 MiB of zeros come to. */
const bomb = (): Buffer =>
  deflateRawSync(Buffer.alloc(20 * 1024 * 1024), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

const bombs: Attack[] = [undefined, 20].map((size) => ({
  ids: ["F-16"],
  name: `20 MiB of zeros where 1 MB is allowed, on 20 connections at once, ${size === undefined ? "in one frame" : "in fragments"}: 1009`,
  start: () => startWebSocketServer({ perMessageDeflate: true, maxPayload: 1_000_000 }),
  async run(round: Round) {
    const extension = { "Sec-WebSocket-Extensions": "permessage-deflate" };
    const peers = await Promise.all(Array.from({ length: 20 }, () => round.dial(extension)));
    const data = bomb();
    const before = round.memory();
    const frames =
      size === undefined
        ? frame(0xc2, data)
        : join([
            frame(0x42),
            ...Array.from({ length: Math.ceil(data.length / size) }, (_, i) =>
              frame(0x00, data.subarray(i * size, (i + 1) * size)),
            ),
            frame(0x80),
          ]);
    for (const peer of peers) peer.send(frames);
    await Promise.all(peers.map((peer) => peer.ended));
    expect(peers.map((peer) => peer.names[0])).toEqual(peers.map(() => "close 1009"));
    // Each of them is 20 MiB.
    expect(round.memory() - before).toBeLessThan(5_000_000);
  },
}));

export const FRAMES: readonly Attack[] = [...refusals, ...accepted, ...assembling, ...floods, ...bombs];
