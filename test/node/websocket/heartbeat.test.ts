import type { Duplex } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { Heartbeat } from "../../../src/node/websocket/heartbeat.ts";

/** So long that the ticker of the process does not come in between: the tests tick themselves. */
const OPTIONS = { interval: 3_000_000, timeout: 1_000_000 };

/** A heartbeat, and the connection that it beats in; each beat and the loss are written down. */
function start(socket: { bytesRead?: number } = { bytesRead: 0 }) {
  const log: string[] = [];
  const connection = {
    socket: socket as Duplex,
    isPaused: false,
    beat: () => log.push("ping"),
    lost: () => log.push("lost"),
  };
  const heartbeat = new Heartbeat(connection, OPTIONS);
  onTestFinished(() => heartbeat.stop());
  /** The next deadline comes. Gives how long that takes, and what has been done by then. */
  const tick = () => {
    const now = heartbeat.deadline;
    heartbeat.tick(now);
    return [log.at(-1), Math.round(heartbeat.deadline - now)];
  };
  return { heartbeat, connection, log, tick };
}

describe("a heartbeat", () => {
  it("pings at each interval whoever answers", () => {
    const socket = { bytesRead: 100 };
    const { log, tick } = start(socket);
    for (let beats = 1; beats <= 3; beats += 1) {
      expect(tick()).toEqual(["ping", 1_000_000]);
      expect(log).toHaveLength(beats);
      // Any byte counts: a pong may stand behind a long message.
      socket.bytesRead += 1;
      expect(tick()).toEqual(["ping", 2_000_000]);
      expect(log).toHaveLength(beats);
    }
  });

  it("takes whoever sends nothing within the timeout for lost, once", () => {
    const { log, tick, heartbeat } = start();
    tick();
    heartbeat.tick(heartbeat.deadline);
    expect(log).toEqual(["ping", "lost"]);
  });

  it("counts pongs where a socket does not count its bytes", () => {
    const { log, tick, heartbeat } = start({});
    tick();
    heartbeat.answered();
    tick();
    expect(tick()).toEqual(["ping", 1_000_000]);
    tick();
    expect(log).toEqual(["ping", "ping", "lost"]);
  });

  it("takes a pong that no ping asked for as an answer to none", () => {
    const { log, tick, heartbeat } = start({});
    heartbeat.answered();
    tick();
    tick();
    expect(log).toEqual(["ping", "lost"]);
  });

  it("lets nobody down while it is us who do not read", () => {
    const { connection, log, tick } = start();
    tick();
    connection.isPaused = true;
    tick();
    expect(log).toEqual(["ping"]);
    expect(tick()).toEqual(["ping", 1_000_000]);
  });
});
