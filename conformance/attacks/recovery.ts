import type { Server, Socket } from "baro";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { RawPeer, requestText } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { scale } from "./scale.ts";
import { type SocketIoTarget, startSocketIo } from "./targets.ts";

type Recovery = NonNullable<NonNullable<ConstructorParameters<typeof Server>[1]>["connectionStateRecovery"]>;

/** One that has joined, and what it was told. */
interface Visitor {
  readonly peer: RawPeer;
  readonly sid: string;
  readonly pid: string;
  /** The events that came before it was let in, without their positions. */
  readonly missed: readonly unknown[][];
  /** The position of the last of them. */
  readonly offset: string | undefined;
}

const frame = peerOf("server");
const target = (round: Round) => round.target as SocketIoTarget;
const CLIENTS = scale(10_000, 100);
const MISSED = scale(10_000, 1_000);
const CYCLES = scale(1_000_000, 500);
let names = 0;

/** Asks for the main namespace with these credentials, and waits for the answer. */
async function visit(round: Round, auth: object = {}): Promise<Visitor> {
  return join(await round.dial(), auth);
}

async function join(peer: RawPeer, auth: object): Promise<Visitor> {
  await peer.arrived(1);
  peer.send(frame(0x81, `40${JSON.stringify(auth)}`));
  const missed: unknown[][] = [];
  let offset: string | undefined;
  for (let count = 2; ; count++) {
    await peer.arrived(count);
    if (peer.isEnded) throw new Error("The visitor was cut off.");
    const text = peer.frames[count - 1]?.payload.toString() ?? "";
    if (text.startsWith("42")) {
      const data = JSON.parse(text.slice(2)) as unknown[];
      offset = data.pop() as string;
      missed.push(data);
    } else if (text.startsWith("40")) {
      return { peer, ...(JSON.parse(text.slice(2)) as { sid: string; pid: string }), missed, offset };
    } else if (text.startsWith("44")) {
      return { peer, sid: "", pid: "", missed, offset };
    }
  }
}

/** The socket of a visitor. */
function socketOf(round: Round, { sid }: Visitor): Socket {
  const socket = target(round).io.sockets.sockets.get(sid);
  if (socket === undefined) throw new Error("There is no such socket.");
  return socket;
}

/** Everyone but the honest client, which was there first. */
function others(round: Round): ReturnType<Server["except"]> {
  const { io } = target(round);
  return io.except([...io.sockets.sockets.keys()].slice(0, 1));
}

/** The connection of a visitor is cut, and the server has noticed. */
async function cut(round: Round, visitor: Visitor): Promise<void> {
  const { sockets } = target(round).io.sockets;
  visitor.peer.destroy();
  await until(() => !sockets.has(visitor.sid));
}

/** Waits for the next event, and gives its position. */
async function nextOffset({ peer }: Visitor, send: () => void): Promise<string> {
  const count = peer.frames.length + 1;
  send();
  await peer.arrived(count);
  return offsetOf(peer);
}

/** The position of the newest event. */
function offsetOf({ frames }: RawPeer): string {
  return JSON.parse(frames.at(-1)?.payload.toString().slice(2) ?? "[]").at(-1);
}

const isClosed = ({ frames, isEnded }: RawPeer): boolean => isEnded || frames.at(-1)?.first === 0x88;

/** A position with one bit of the byte `at` turned. */
function flip(genuine: string, at: number): string {
  const bytes = Buffer.from(genuine, "base64url");
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

/** A position far ahead of a genuine one, with its epoch. */
function ahead(genuine: string): string {
  const epoch = Buffer.from(genuine, "base64url").subarray(0, 5);
  return Buffer.concat([epoch, Buffer.from([0xff, 0xff, 0x7f, 0, 0, 0, 0])]).toString("base64url");
}

const attack = (id: string, name: string, run: Attack["run"], recovery: Recovery = {}): Attack => ({
  ids: [id],
  name,
  // What the honest client hears is kept for it, too: not more of it than a round may leave behind.
  start: () => startSocketIo({ connectionStateRecovery: { maxBytes: 200_000, ...recovery } }),
  run,
});

export const RECOVERY: readonly Attack[] = [
  attack(
    "R-1",
    "one session on ten connections at once: one has it, and the others are gone",
    async (round) => {
      const { io } = target(round);
      const first = await visit(round);
      await cut(round, first);
      others(round).emit("missed");
      const peers = await Promise.all(Array.from({ length: 10 }, () => round.dial()));
      await Promise.all(peers.map((peer) => peer.arrived(1)));
      for (const peer of peers) peer.send(frame(0x81, `40${JSON.stringify({ pid: first.pid })}`));
      await until(() => peers.filter(isClosed).length === 9);
      const [holder] = peers.filter((peer) => !isClosed(peer));
      await until(() => io.sockets.sockets.has(first.sid));
      expect([...io.sockets.sockets.keys()].filter((id) => id === first.sid)).toHaveLength(1);
      expect(socketOf(round, first).recovered).toBe(true);
      await holder?.arrived(3);
      expect(holder?.frames.map(({ payload }) => payload.toString().slice(0, 11)).slice(1)).toEqual([
        '42["missed"',
        `40{"sid":"${first.sid.slice(0, 1)}`,
      ]);
    },
  ),

  attack("R-1", "one session in turn: who comes back by it last has it", async (round) => {
    const first = await visit(round);
    let before = first;
    for (let turn = 0; turn < 10; turn++) {
      const next = await visit(round, { pid: first.pid });
      expect([next.sid, next.pid]).toEqual([first.sid, first.pid]);
      await before.peer.closed();
      before = next;
    }
    before.peer.send(frame(0x81, "41"));
    await until(() => !target(round).io.sockets.sockets.has(first.sid));
    expect((await visit(round, { pid: first.pid })).sid).not.toBe(first.sid);
  }),

  attack(
    "R-2",
    "names of sessions that are guessed: none is right, and none is like another",
    async (round) => {
      const victim = await visit(round);
      await cut(round, victim);
      const last = victim.pid.at(-1) === "A" ? "B" : "A";
      const guesses: unknown[] = [
        victim.sid,
        victim.pid.slice(0, -1) + last,
        victim.pid.slice(0, -1),
        `${victim.pid} `,
        [victim.pid],
        { pid: victim.pid },
        "",
        null,
        0,
        "__proto__",
        "A".repeat(500_000),
      ];
      const pids = new Set([victim.pid]);
      for (const pid of guesses) {
        const guesser = await visit(round, { pid });
        expect(guesser.sid).not.toBe(victim.sid);
        expect(socketOf(round, guesser).recovered).toBe(false);
        pids.add(guesser.pid);
      }
      expect(pids.size).toBe(guesses.length + 1);
      // 120 random bits.
      for (const pid of pids) expect(pid).toMatch(/^[\w-]{20}$/);
      expect((await visit(round, { pid: victim.pid })).sid).toBe(victim.sid);
    },
  ),

  attack(
    "R-3",
    "the session of another user: the middleware sees whose it is, and nothing of it comes out",
    async (round) => {
      const { io } = target(round);
      const tried: unknown[] = [];
      const of = io.of(`/private-${names++}`);
      of.use((socket, proceed) => {
        const { user } = socket.handshake.auth;
        if (socket.recovered) tried.push([socket.data.user, user]);
        if (socket.recovered && socket.data.user !== user) return proceed(new Error("not yours"));
        socket.data.user = user;
        proceed();
      });
      const ask = async (auth: object): Promise<{ peer: RawPeer; texts: () => string[] }> => {
        const peer = await round.dial();
        await peer.arrived(1);
        peer.send(frame(0x81, `40${of.name},${JSON.stringify(auth)}`));
        await peer.arrived(2);
        return { peer, texts: () => peer.frames.slice(1).map(({ payload }) => payload.toString()) };
      };
      const alice = await ask({ user: "alice" });
      const { pid } = JSON.parse(alice.texts()[0]?.slice(`40${of.name},`.length) ?? "{}");
      alice.peer.destroy();
      await until(() => of.sockets.size === 0);
      of.emit("secret");
      const mallory = await ask({ user: "mallory", pid });
      expect(mallory.texts()).toEqual([`44${of.name},{"message":"not yours"}`]);
      expect(tried).toEqual([["alice", "mallory"]]);
    },
  ),

  attack(
    "R-4",
    "positions that are none, of another history, still to come: all begin anew",
    async (round) => {
      const encode = (...bytes: number[]): string => Buffer.from(bytes).toString("base64url");
      const positions: unknown[] = [
        "",
        "connected",
        7,
        -1,
        null,
        true,
        {},
        ["a"],
        "A".repeat(500_000),
        encode(1, 0, 0, 0, 0, 1, 0, 0, 0, 0),
        encode(1, 0, 0, 0, 0, 128, 128, 128, 128, 128, 128, 128, 16, 0, 0, 0, 0),
        ...[1, 4, 8].map((at) => (genuine: string) => flip(genuine, at)),
        (genuine: string) => ahead(genuine),
        (genuine: string) => `${genuine}=`,
      ];
      for (const position of positions) {
        const victim = await visit(round);
        const genuine = await nextOffset(victim, () => others(round).emit("news"));
        await cut(round, victim);
        others(round).emit("missed");
        const offset = typeof position === "function" ? position(genuine) : position;
        const forger = await visit(round, { pid: victim.pid, offset });
        expect([offset, forger.sid === victim.sid, forger.missed]).toEqual([offset, false, []]);
        // It was good for one try.
        expect((await visit(round, { pid: victim.pid, offset: genuine })).sid).not.toBe(victim.sid);
      }
    },
  ),

  {
    ids: ["R-5"],
    name: `${CLIENTS} clients come back at once, and each has missed ${MISSED} events`,
    start: () => startSocketIo({ connectionStateRecovery: {} }),
    rounds: 3,
    async run(round) {
      const { io } = target(round);
      const visitors: Visitor[] = [];
      for (let n = 0; n < CLIENTS; n++) visitors.push(await visit(round));
      for (const { peer } of visitors) peer.destroy();
      await until(() => io.sockets.sockets.size === 1);
      for (let n = 0; n < MISSED; n++) others(round).emit("n", n);
      const expected = Array.from({ length: MISSED }, (_, n) => ["n", n]);
      await Promise.all(
        visitors.map(async ({ pid, sid }) => {
          const back = await visit(round, { pid });
          expect(back.sid).toBe(sid);
          expect(back.missed).toEqual(expected);
        }),
      );
    },
  },

  attack("R-6", "kicked out of a room, or banned, while away: nothing of it comes after", async (round) => {
    const { io } = target(round);
    const [kicked, banned] = [await visit(round), await visit(round)];
    for (const visitor of [kicked, banned]) {
      socketOf(round, visitor).join(["room", "other"]);
      await cut(round, visitor);
    }
    io.to("room").emit("before");
    io.in(kicked.sid).socketsLeave("room");
    io.in(banned.sid).disconnectSockets(true);
    io.to("room").emit("after");
    io.to("other").emit("harmless");
    const back = await visit(round, { pid: kicked.pid });
    expect([back.sid, back.missed]).toEqual([kicked.sid, [["harmless"]]]);
    const again = await visit(round, { pid: banned.pid });
    expect([again.sid === banned.sid, again.missed]).toEqual([false, []]);
  }),

  attack(
    "R-7",
    "a position of before the room was joined: what was said there before stays there",
    async (round) => {
      const { io } = target(round);
      const other = await visit(round);
      socketOf(round, other).join("room");
      const late = await visit(round);
      const offset = await nextOffset(late, () => io.to(late.sid).emit("first"));
      io.to("room").emit("secret");
      socketOf(round, late).join("room");
      await cut(round, late);
      io.to("room").emit("missed");
      for (const forged of [offset, undefined]) {
        const back = await visit(round, { pid: late.pid, offset: forged });
        expect(back.sid).toBe(late.sid);
        expect(back.missed.filter(([event]) => event !== "first")).toEqual([["missed"]]);
        await cut(round, back);
      }
    },
  ),

  attack("R-9", "volatile events that end with text: the client takes it for its position", async (round) => {
    for (const args of [["connected"], [], [1, "text"]]) {
      let victim = await visit(round);
      await nextOffset(victim, () => others(round).emit("news"));
      const senders = [() => others(round), () => socketOf(round, victim)];
      for (const sender of senders) {
        // One that comes while the one before is still being written is dropped.
        const count = victim.peer.frames.length;
        await until(() => {
          if (victim.peer.frames.length === count) sender().volatile.emit("status", ...args);
          return victim.peer.frames.length > count;
        });
        const offset = offsetOf(victim.peer);
        await cut(round, victim);
        others(round).to(victim.sid).emit("missed");
        const back = await visit(round, { pid: victim.pid, offset });
        expect([args, back.sid, back.missed]).toEqual([args, victim.sid, [["missed"]]]);
        victim = back;
      }
    }
  }),

  attack(
    "R-10",
    `${CYCLES} clients come and are cut: the newest 50 can come back`,
    async (round) => {
      const visitors: Visitor[] = [];
      for (let n = 0; n < CYCLES; n++) {
        const visitor = await visit(round);
        socketOf(round, visitor).data.junk = "x".repeat(10_000);
        await cut(round, visitor);
        if (n < 5 || n >= CYCLES - 5) visitors.push(visitor);
      }
      const back: boolean[] = [];
      for (const { pid, sid } of visitors) back.push((await visit(round, { pid })).sid === sid);
      expect(back).toEqual([...Array(5).fill(false), ...Array(5).fill(true)]);
    },
    { maxSessions: 50 },
  ),

  attack(
    "R-11",
    "back again and again, before the server has noticed that the connection was lost",
    async (round) => {
      const { io } = target(round);
      let current = await visit(round);
      const { sid, pid } = current;
      let offset: string | undefined;
      for (let time = 0; time < 10; time++) {
        const lost = current.peer;
        io.to(sid).emit("in flight", time);
        current = await visit(round, { pid, offset });
        expect([current.sid, current.missed]).toEqual([sid, [["in flight", time]]]);
        ({ offset } = current);
        // The one before is over at once: its end cannot take the session along later.
        await lost.closed();
        expect(socketOf(round, current).connected).toBe(true);
      }
    },
  ),

  attack(
    "R-12",
    "another server, or the same after a restart, says that it does not know the session",
    async (round) => {
      const victim = await visit(round);
      const offset = await nextOffset(victim, () => others(round).emit("news"));
      await cut(round, victim);
      const restarted = await startSocketIo({ connectionStateRecovery: {} });
      try {
        restarted.io.emit("news");
        const back = await join(await RawPeer.dial(restarted.port, requestText({}, restarted.handshake)), {
          pid: victim.pid,
          offset,
        });
        expect([back.sid === victim.sid, back.pid === victim.pid, back.missed]).toEqual([false, false, []]);
        back.peer.destroy();
      } finally {
        await restarted.close();
      }
    },
  ),
];
