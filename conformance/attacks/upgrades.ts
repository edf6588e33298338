import { Server } from "baro";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import type { RawPolling } from "../../test/support/engine-client.ts";
import { ask } from "../../test/support/http.ts";
import { answerTo } from "../support/answer-to.ts";
import { type RawPeer, requestText } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { onSocketIo, targetOf } from "./on-socket-io.ts";
import { startSocketIo } from "./targets.ts";

const frame = peerOf("server");
const say = (text: string) => frame(0x81, text);

const handshakeOf = ({ opening }: RawPolling): string =>
  `GET /socket.io/?EIO=4&transport=websocket&sid=${opening.sid} HTTP/1.1`;

/** A candidate transport of `session`. */
const candidateOf = (round: Round, session: RawPolling): Promise<RawPeer> =>
  round.dial({}, handshakeOf(session));

/** The session goes on over polling. */
async function expectAlive(session: RawPolling): Promise<void> {
  expect((await session.post('42["echo","alive"]')).body).toBe("ok");
  expect((await session.poll()).filter((packet) => packet !== "6")).toEqual(['42["echo","alive"]']);
}

/** What a candidate sends, after which it is closed and the session is as it was. */
const refused = (id: string, name: string, packets: readonly string[], answers: readonly string[]): Attack =>
  onSocketIo(id, name, async (round) => {
    const session = await round.poll(true);
    const candidate = await candidateOf(round, session);
    candidate.send(Buffer.concat(packets.map(say)));
    await candidate.closed();
    expect(candidate.frames.slice(0, -1).map(({ payload }) => payload.toString())).toEqual(answers);
    expect(candidate.names.at(-1)).toBe("close 1000");
    await expectAlive(session);
  });

export const UPGRADES: readonly Attack[] = [
  onSocketIo(
    "U-1",
    "no probe: the candidate is closed after upgradeTimeout, the session stays",
    async (round) => {
      const session = await round.poll(true);
      const candidate = await candidateOf(round, session);
      await candidate.closed();
      expect(candidate.names).toEqual(["close 1000"]);
      await expectAlive(session);
    },
    { upgradeTimeout: 100 },
  ),
  onSocketIo(
    "U-1",
    "a probe, and nothing after it",
    async (round) => {
      const session = await round.poll(true);
      const candidate = await candidateOf(round, session);
      candidate.send(say("2probe"));
      await candidate.closed();
      expect(candidate.frames[0]?.payload.toString()).toBe("3probe");
      await expectAlive(session);
    },
    { upgradeTimeout: 300 },
  ),
  onSocketIo("U-2", "two candidates at once: the second is refused, the first completes", async (round) => {
    const session = await round.poll(true);
    const first = await candidateOf(round, session);
    const answer = await answerTo(round.target.port, requestText({}, handshakeOf(session)));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    first.send(Buffer.concat([say("2probe"), say("5"), say('42["echo","moved"]')]));
    await first.arrived(2);
    expect(first.frames.map(({ payload }) => payload.toString())).toEqual(["3probe", '42["echo","moved"]']);
    const again = await answerTo(round.target.port, requestText({}, handshakeOf(session)));
    expect(again).toMatch(/^HTTP\/1\.1 400 /);
    first.send(say("1"));
    await first.closed();
  }),
  refused("U-3", "an upgrade without a probe", ["5"], []),
  refused("U-4", "a hundred probes", Array(100).fill("2probe"), ["3probe"]),
  refused("U-5", "messages before the upgrade", ["2probe", '42["echo","early"]', "5"], ["3probe"]),
  refused("U-5", "messages before the probe", ['42["echo","early"]'], []),
  onSocketIo("U-6", "polling after the upgrade: 400, and the session goes on", async (round) => {
    const session = await round.poll(true);
    const peer = await candidateOf(round, session);
    peer.send(Buffer.concat([say("2probe"), say("5")]));
    await peer.arrived(1);
    await until(() => targetOf(round).io.sockets.sockets.size === 2);
    for (const answer of [await session.post('42["echo","late"]'), await session.get()]) {
      expect([answer.status, answer.body]).toEqual([400, '{"code":3,"message":"Bad request"}']);
    }
    peer.send(say('42["echo","alive"]'));
    await peer.arrived(2);
    expect(peer.frames[1]?.payload.toString()).toBe('42["echo","alive"]');
    peer.send(say("1"));
    await peer.closed();
  }),
  {
    ids: ["U-7"],
    name: "a session that ends while a middleware thinks about its upgrade",
    async start() {
      const started = await startSocketIo();
      // Of the upgrade, it thinks until the session is gone.
      started.io.engine.use((request, _response, next) => {
        const sid = /transport=websocket&sid=([^&]+)/.exec(request.url ?? "")?.[1];
        if (sid === undefined) next();
        else void until(() => started.io.engine.clientsCount === 1).then(() => next());
      });
      return started;
    },
    async run(round) {
      const session = await round.poll(true);
      const answer = answerTo(round.target.port, requestText({}, handshakeOf(session)));
      expect((await session.post("1")).body).toBe("ok");
      expect(await answer).toMatch(/^HTTP\/1\.1 400 .*"Session ID unknown"/s);
    },
  },
  onSocketIo("U-8", "an upgrade while a megabyte waits: it comes once, in order", async (round) => {
    const session = await round.poll(true);
    const socket = [...targetOf(round).io.sockets.sockets.values()].at(-1);
    const text = "x".repeat(10_000);
    for (let i = 0; i < 110; i += 1) socket?.emit("n", i, text);
    const peer = await candidateOf(round, session);
    peer.send(say("2probe"));
    await peer.arrived(1);
    // One answer of polling carries a part of it.
    const packets = (await session.poll()).filter((packet) => packet !== "6");
    for (let i = 110; i < 150; i += 1) socket?.emit("n", i, text);
    peer.send(say("5"));
    await peer.arrived(151 - packets.length);
    packets.push(...peer.frames.slice(1).map(({ payload }) => payload.toString()));
    const numbers = packets.map((packet) => Number(/^42\["n",(\d+),/.exec(packet)?.[1]));
    expect(numbers).toEqual(Array.from({ length: 150 }, (_, i) => i));
    peer.send(say("1"));
    await peer.closed();
  }),
  onSocketIo("U-9", "WebTransport: it is not there, and its handshake is no packet", async (round) => {
    const { port } = round.target;
    expect(() => new Server({ transports: ["webtransport" as "websocket"] })).toThrow(/webtransport/);
    const answer = await ask({ port, path: "/socket.io/?EIO=4&transport=webtransport" });
    expect([answer.status, answer.body]).toEqual([400, '{"code":0,"message":"Transport unknown"}']);
    const session = await round.poll(true);
    for (const text of ['0{"sid":"__proto__"}', `0{"sid":"${session.opening.sid}"}`, "0", "\0garbage"]) {
      const peer = await round.dial();
      await peer.arrived(1);
      peer.send(say(text));
      await peer.closed();
      expect(peer.names.at(-1)).toBe("close 1000");
    }
    await expectAlive(session);
  }),
];
