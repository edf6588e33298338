import { fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { RawPeer } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";
import type { Attack } from "./attack.ts";
import { scale } from "./scale.ts";
import { startSocketIo, startWebSocketServer } from "./targets.ts";

const frame = peerOf("server");

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

const CLIENTS = fileURLToPath(new URL("idle-clients.mjs", import.meta.url));
/** Idle connections, and those that come and go in a round; there are five of those. */
const IDLE = scale(10_000, 1_000);
const COMING = scale(20_000, 200);

export const MEMORY: readonly Attack[] = [
  {
    ids: ["M-1"],
    name: "150 idle connections, each after 60 KB in one packet: no chunk is kept",
    start: startWebSocketServer,
    rounds: 3,
    async run(round) {
      const peers = await Promise.all(Array.from({ length: 150 }, () => round.dial()));
      const before = round.memory();
      for (const peer of peers) {
        peer.send(frame(0x81, "x".repeat(60_000)));
        await peer.arrived(1);
        peer.frames.length = 0;
      }
      // 150 chunks would be 9 MB.
      expect(round.memory() - before).toBeLessThan(3_000_000);
    },
  },
  {
    ids: ["M-1"],
    name: `${IDLE} idle connections, each after a message of 60 KB: hardly more than their sockets is held`,
    start: startWebSocketServer,
    rounds: 1,
    async run(round) {
      const { server } = round.target as Awaited<ReturnType<typeof startWebSocketServer>>;
      const before = round.memory();
      const clients = fork(CLIENTS, [String(round.target.port), String(IDLE), "60000"]);
      await once(clients, "message");
      expect(server.clients.size).toBe(1 + IDLE);
      // A WebSocket and its socket have some 6 KB; the chunk that its message came in would be 64 KiB.
      expect((round.memory() - before) / IDLE).toBeLessThan(12_000);
      clients.disconnect();
      await until(() => server.clients.size === 1);
    },
  },
  {
    ids: ["M-1"],
    name: "150 idle clients of Socket.IO, each after 60 KB in one packet: no chunk is kept",
    start: startSocketIo,
    rounds: 3,
    async run(round) {
      const peers = await Promise.all(Array.from({ length: 150 }, () => round.join()));
      const before = round.memory();
      for (const peer of peers) {
        peer.send(frame(0x81, `42["echo","${"x".repeat(60_000)}"]`));
        await peer.arrived(3);
        peer.frames.length = 0;
      }
      expect(round.memory() - before).toBeLessThan(3_000_000);
    },
  },
  {
    ids: ["M-2"],
    name: "10,000 events make no timer",
    start: startSocketIo,
    rounds: 3,
    async run(round) {
      const peer = await round.join();
      const before = timers();
      peer.send(Buffer.concat(new Array(10_000).fill(frame(0x81, '42["echo","a"]'))));
      await peer.arrived(3);
      expect(timers()).toBeLessThanOrEqual(before + 1);
      await peer.arrived(10_002);
    },
  },
  {
    ids: ["M-2"],
    name: "10,000 messages make no timer",
    start: startWebSocketServer,
    rounds: 3,
    async run(round) {
      const peer = await round.dial();
      const before = timers();
      peer.send(Buffer.concat(new Array(10_000).fill(frame(0x81, "a"))));
      await peer.arrived(1);
      expect(timers()).toBeLessThanOrEqual(before + 1);
      await peer.arrived(10_000);
    },
  },
  {
    ids: ["M-5"],
    name: `${COMING * 5} connections that come and go`,
    start: startWebSocketServer,
    async run(round) {
      const { server, port } = round.target as Awaited<ReturnType<typeof startWebSocketServer>>;
      for (let i = 0; i < COMING / 20; i += 1) {
        // From many addresses: the ports of one would be used up.
        const localAddress = `127.0.${1 + (i % 50)}.1`;
        const dial = (): Promise<RawPeer> =>
          RawPeer.shake(connect({ port, host: "127.0.0.1", localAddress }));
        const peers = await Promise.all(Array.from({ length: 20 }, dial));
        for (const [j, peer] of peers.entries()) {
          if (j % 2 === 0) peer.send(frame(0x88));
          else peer.destroy();
        }
        await Promise.all(peers.map((peer) => peer.ended));
        for (const peer of peers) peer.destroy();
      }
      await until(() => server.clients.size === 1);
    },
  },
  {
    ids: ["M-5"],
    name: "sessions that come and go, to Socket.IO",
    start: startSocketIo,
    async run(round) {
      for (let i = 0; i < 10; i += 1) {
        const peers = await Promise.all(Array.from({ length: 10 }, () => round.dial()));
        for (const peer of peers) {
          peer.send(frame(0x81, "40"));
          await peer.arrived(2);
          peer.destroy();
        }
      }
    },
  },
  {
    ids: ["M-3"],
    name: "100,000 rooms in one turn, and the others are answered",
    start: startSocketIo,
    rounds: 3,
    async run(round) {
      const { io } = round.target as Awaited<ReturnType<typeof startSocketIo>>;
      const [socket] = [...io.sockets.sockets.values()];
      if (socket === undefined) throw new Error("no socket");
      const rooms = Array.from({ length: 100_000 }, (_, i) => `room ${i}`);
      await socket.join(rooms);
      const answers = round.healthy.answers;
      await round.healthy.answered();
      expect(round.healthy.answers).toBeGreaterThan(answers);
      for (const room of rooms) socket.leave(room);
      expect(socket.rooms.size).toBe(1);
      expect(io.of("/").adapter.rooms.size).toBe(1);
    },
  },
  {
    ids: ["M-4"],
    name: "a million rooms, joined and left one by one: none is left",
    start: startSocketIo,
    rounds: 3,
    async run(round) {
      const { io } = round.target as Awaited<ReturnType<typeof startSocketIo>>;
      const [socket] = [...io.sockets.sockets.values()];
      for (let i = 0; i < 1_000_000; i += 1) {
        // A turn for the others: no client gets this many messages into one.
        if (i % 1_000 === 0) await new Promise(setImmediate);
        const room = `${i * 7919} ${i}`;
        socket?.join(room);
        socket?.leave(room);
      }
      expect(io.of("/").adapter.rooms.size).toBe(1);
    },
  },
];
