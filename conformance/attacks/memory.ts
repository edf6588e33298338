import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import { peerOf } from "../support/wire.ts";
import type { Attack } from "./attack.ts";
import { startSocketIo, startWebSocketServer } from "./targets.ts";

const frame = peerOf("server");

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

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
    name: "500 connections that come and go",
    start: startWebSocketServer,
    async run(round) {
      const { server } = round.target as Awaited<ReturnType<typeof startWebSocketServer>>;
      for (let i = 0; i < 10; i += 1) {
        const peers = await Promise.all(Array.from({ length: 10 }, () => round.dial()));
        for (const [j, peer] of peers.entries()) {
          if (j % 2 === 0) peer.send(frame(0x88));
          else peer.destroy();
        }
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
    },
  },
  {
    ids: ["M-4"],
    name: "100,000 rooms, joined and left one by one: none is left",
    start: startSocketIo,
    async run(round) {
      const { io } = round.target as Awaited<ReturnType<typeof startSocketIo>>;
      const [socket] = [...io.sockets.sockets.values()];
      for (let i = 0; i < 100_000; i += 1) {
        const room = `${i * 7919} ${i}`;
        socket?.join(room);
        socket?.leave(room);
      }
      expect(io.of("/").adapter.rooms.size).toBe(1);
    },
  },
];
