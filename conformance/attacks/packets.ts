import type { Socket } from "baro";
import * as msgpack from "socket.io-msgpack-parser";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import type { RawPeer } from "../support/raw-peer.ts";
import { peerOf } from "../support/wire.ts";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { type Options, onSocketIo, targetOf } from "./on-socket-io.ts";
import { scale } from "./scale.ts";
import { startSocketIo } from "./targets.ts";

/** What follows the `4` of a message of Engine.IO, or bytes. */
type Packet = string | Buffer;

const frame = peerOf("server");
const toFrame = (packet: Packet): Buffer =>
  typeof packet === "string" ? frame(0x81, `4${packet}`) : frame(0x82, packet);
const send = (peer: RawPeer, ...packets: readonly Packet[]) => peer.send(Buffer.concat(packets.map(toFrame)));
const newest = (round: Round) => [...targetOf(round).io.sockets.sockets.values()].at(-1) as Socket;
const textOf = (peer: RawPeer) => peer.frames.at(-1)?.payload.toString();

/** Packets of a client that has joined; each case ends its connection, and that one only. */
const closes = (
  id: string,
  name: string,
  cases: readonly (readonly Packet[])[],
  options: Options = {},
): Attack =>
  onSocketIo(
    id,
    name,
    async (round) => {
      for (const packets of cases) {
        const { reasons } = targetOf(round);
        reasons.length = 0;
        const peer = await round.join();
        send(peer, ...packets);
        await peer.closed();
        expect([packets[0]?.toString().slice(0, 60), ...reasons]).toEqual([
          packets[0]?.toString().slice(0, 60),
          "parse error",
        ]);
        expect(targetOf(round).io.sockets.sockets.size).toBe(1);
        peer.destroy();
      }
    },
    options,
  );

/** The connection still answers. */
async function expectAlive(peer: RawPeer): Promise<void> {
  const count = peer.frames.length;
  send(peer, '2["echo","alive"]');
  await peer.arrived(count + 1);
  expect(textOf(peer)).toBe('42["echo","alive"]');
}

/** Of S-15. */
const EVENTS = scale(1_000_000, 100_000);
const slot = (num: unknown): string => JSON.stringify({ _placeholder: true, num });
const each = (...packets: readonly string[]) => packets.map((packet) => [packet]);

export const PACKETS: readonly Attack[] = [
  onSocketIo(
    "S-1",
    "CONNECT a thousand times: it ends the connection, there is one socket at a time",
    async (round) => {
      const { io } = targetOf(round);
      let connections = 0;
      let most = 0;
      const count = ({ nsp }: Socket): void => {
        connections += 1;
        most = Math.max(most, nsp.sockets.size);
      };
      for (const name of ["/", "/ns"]) {
        io.of(name).on("connection", count);
        const peer = await round.dial();
        send(peer, ...Array(1000).fill(name === "/" ? "0" : "0/ns,"));
        await peer.closed();
        io.of(name).off("connection", count);
      }
      expect(most).toBeLessThanOrEqual(2);
      expect(connections).toBeLessThanOrEqual(34);
    },
  ),
  onSocketIo(
    "S-1",
    "no CONNECT at all, and one that is refused: closed after connectTimeout",
    async (round) => {
      const [silent, refused] = await Promise.all([round.dial(), round.dial()]);
      send(refused, "0/nowhere,");
      await Promise.all([silent.closed(), refused.closed()]);
    },
    // In which the honest client, too, has to join.
    { connectTimeout: 500 },
  ),
  closes(
    "S-2",
    "events without a name",
    each('2[{"toString":"foo"}]', '2[["a"]]', "2[null]", "2[]", "2{}", '2"a"', "2", "2[true]", "2["),
  ),
  closes(
    "S-3",
    "reserved names",
    each(
      ...["disconnect", "disconnecting", "connect", "connect_error", "newListener", "removeListener"].map(
        (name) => `2${JSON.stringify([name, 1])}`,
      ),
    ),
  ),
  onSocketIo("S-3", "names of Object.prototype are names", async (round) => {
    const peer = await round.join();
    const heard: unknown[] = [];
    newest(round).onAny((...args: unknown[]) => heard.push(args));
    const names = ["__proto__", "constructor", "hasOwnProperty", "toString", "error"];
    send(peer, ...names.map((name) => `2${JSON.stringify([name, { polluted: 1 }])}`));
    await expectAlive(peer);
    expect(heard).toEqual([...names.map((name) => [name, { polluted: 1 }]), ["echo", "alive"]]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }),
  closes("S-4", "placeholders that name no attachment, or one twice", [
    ...["splice", 5, -1, 1.5, "0", null, undefined, {}, [0]].map((num) => [
      `51-["a",${slot(num)}]`,
      Buffer.of(1),
    ]),
    [`51-["a",${slot(0)},${slot(0)}]`, Buffer.of(1)],
    [`51-["a"${`,${slot(0)}`.repeat(28_000)}]`, Buffer.of(1)],
    ['51-["a"]', Buffer.of(1)],
  ]),
  closes("S-5", "text for an attachment, and attachments of nothing", [
    [`51-["a",${slot(0)}]`, '2["b"]'],
    [Buffer.of(1)],
    [`51-["echo",${slot(0)}]`, Buffer.of(1), Buffer.of(2)],
  ]),
  closes("S-5", "attachments that do not come", [[`51-["a",${slot(0)}]`]], { attachmentTimeout: 100 }),
  closes("S-6", "binary packets without attachments", each('50-["a"]', "60-[]", '5-["a"]', "60-0[]")),
  closes(
    "S-7",
    "wrong and too large numbers of attachments",
    each(
      '511-["a"]',
      '5999999999999-["a"]',
      '51e3-["a"]',
      '5-1-["a"]',
      '5 1-["a"]',
      '5a-["a"]',
      '51.5-["a"]',
      "5",
      "51",
      "51-",
      '51["a"]',
    ),
  ),
  closes("S-7", "attachments that are longer together than a message may be", [
    [`52-["a",${slot(0)},${slot(1)}]`, Buffer.alloc(600_000), Buffer.alloc(600_000)],
  ]),
  closes(
    "S-8",
    "ids that are no safe integers",
    each(`2${"1".repeat(999_000)}`, '29007199254740993["a"]', '2-1["a"]', '21e3["a"]', '21.5["a"]', "3-1[]"),
  ),
  closes("S-9", "a name of a megabyte", each(`0/${"a".repeat(990_000)}`, `0/${"a".repeat(1024)},`)),
  onSocketIo("S-9", "names are taken as they are", async (round) => {
    targetOf(round).io.of("/admin");
    const peer = await round.join();
    const names = ["/a/../admin", "/admin?x=1", "/ADMIN", "/admin/", "/%61dmin", "/__proto__", "//admin"];
    for (const name of names) {
      const count = peer.frames.length;
      send(peer, `0${name},`);
      await peer.arrived(count + 1);
      expect(textOf(peer)).toBe(`44${name},{"message":"Invalid namespace"}`);
    }
    await expectAlive(peer);
  }),
  {
    ids: ["S-9"],
    name: "namespaces of a pattern, one name after the other: no more than the limit, and none of the others is kept",
    async start() {
      const started = await startSocketIo({ maxChildNamespaces: 100 });
      started.io.of(/^\/dyn-\d+$/);
      return started;
    },
    async run(round) {
      const peer = await round.join();
      const count = scale(100_000, 2000);
      const names = Array.from({ length: count }, (_, i) => `/dyn-${i},`);
      send(peer, ...names.map((name) => `0${name}`));
      await peer.arrived(count + 2);
      const granted = peer.frames.filter(({ payload }) => payload.toString().startsWith("40/dyn"));
      expect(granted).toHaveLength(100);
      // Each leaves before the next one comes.
      const other = await round.join();
      peer.destroy();
      send(other, ...names.flatMap((name) => [`0${name}`, `1${name}`]));
      await other.arrived(count + 2);
      await expectAlive(other);
    },
  },
  onSocketIo(
    "S-10",
    "acknowledgements that nobody asked for: a hundred are ignored, one more closes",
    async (round) => {
      targetOf(round).io.of("/ns");
      const peer = await round.join();
      send(peer, "0/ns,", ...Array(50).fill('3999["x"]'), ...Array(50).fill('3/ns,999["x"]'));
      await peer.arrived(3);
      await expectAlive(peer);
      send(peer, '3999["x"]');
      await peer.closed();
      expect(targetOf(round).reasons.at(-1)).toBe("parse error");
    },
  ),
  onSocketIo("S-10", "acknowledgements twice, late, and of the wrong namespace", async (round) => {
    targetOf(round).io.of("/ns");
    const peer = await round.join();
    const socket = newest(round);
    let answers = 0;
    socket.emit("ask", () => {
      answers += 1;
    });
    await peer.arrived(3);
    const [id] = /\d+(?=\[)/.exec(textOf(peer)?.slice(2) ?? "") ?? [];
    send(peer, "0/ns,");
    await peer.arrived(4);
    send(peer, `3/ns,${id}[1]`, `3${id}[1]`, `3${id}[2]`);
    await expectAlive(peer);
    expect(answers).toBe(1);
    await expect(socket.timeout(1).emitWithAck("ask")).rejects.toThrow("timed out");
    await peer.arrived(6);
    const late = Number(id) + 1;
    send(peer, `3${late}[3]`);
    await expectAlive(peer);
  }),
  closes(
    "S-11",
    "packets of no namespace, of the server, of no type",
    each('2/x,["a"]', "1/x,", '3/x,0["a"]', '4{"message":"x"}', "7", '8["a"]', "9", "x", ""),
  ),
  onSocketIo("S-11", "an event before CONNECT", async (round) => {
    const peer = await round.dial();
    send(peer, '2["a"]');
    await peer.closed();
    expect(peer.names.at(-1)).toBe("close 1000");
  }),
  onSocketIo(
    "S-12",
    "odd JSON comes back as it went, and changes nothing of the program's",
    async (round) => {
      const peer = await round.join();
      const cases = [
        ['{"__proto__":{"polluted":1}}', '{"__proto__":{"polluted":1}}'],
        ['{"constructor":{"prototype":{"polluted":1}}}', '{"constructor":{"prototype":{"polluted":1}}}'],
        ['{"a":1,"a":2}', '{"a":2}'],
        ["1e400", "null"],
        ["-0", "0"],
        ['"\\ud800"', '"\\ud800"'],
        [JSON.stringify("x".repeat(900_000)), JSON.stringify("x".repeat(900_000))],
        [`[${Array(490_000).fill(0)}]`, `[${Array(490_000).fill(0)}]`],
      ];
      for (const [sent, back] of cases) {
        const count = peer.frames.length;
        send(peer, `2["echo",${sent}]`);
        await peer.arrived(count + 1);
        expect(textOf(peer) === `42["echo",${back}]`).toBe(true);
        peer.frames.length = 0;
      }
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  ),
  onSocketIo("S-13", "odd credentials: refused, or nothing comes of them", async (round) => {
    for (const payload of ["[]", '"x"', "null", "1", "true", "{"]) {
      const peer = await round.dial();
      send(peer, `0${payload}`);
      await peer.closed();
      peer.destroy();
    }
    for (const payload of [
      '{"pid":{},"offset":[]}',
      '{"pid":"abc","offset":1}',
      '{"pid":"__proto__","offset":"__proto__"}',
      '{"__proto__":{"admin":true}}',
    ]) {
      const peer = await round.dial();
      await peer.arrived(1);
      send(peer, `0${payload}`);
      await peer.arrived(2);
      expect(textOf(peer)).toMatch(/^40\{"sid":"[^"]+"\}$/);
      const socket = newest(round);
      expect([socket.recovered, socket.handshake.auth.admin]).toEqual([false, undefined]);
      await expectAlive(peer);
      peer.destroy();
      await until(() => !socket.connected);
    }
  }),
  onSocketIo("S-14", "256 levels of JSON are taken", async (round) => {
    const peer = await round.join();
    send(peer, `2["echo",${"[".repeat(255)}${"]".repeat(255)}]`);
    await peer.arrived(3);
    await expectAlive(peer);
  }),
  closes(
    "S-14",
    "more levels of JSON",
    each(
      ...[256, 1000, 10_000, 100_000].flatMap((depth) => [
        `2["echo",${"[".repeat(depth)}${"]".repeat(depth)}]`,
        `2["echo",${'{"a":'.repeat(depth)}1${"}".repeat(depth)}]`,
      ]),
    ),
  ),
  {
    ids: ["S-14"],
    name: "levels of MessagePack, with a parser of the application",
    start: async () => {
      const started = await startSocketIo({ parser: msgpack });
      const encode = (packet: object): Buffer => {
        // Its types say something else.
        const [bytes] = new msgpack.Encoder().encode(packet as never) as unknown as [Uint8Array];
        return Buffer.from(bytes);
      };
      return {
        ...started,
        async join(peer: RawPeer) {
          await peer.arrived(1);
          peer.send(frame(0x82, encode({ type: 0, nsp: "/" })));
          await peer.arrived(2);
        },
        say: (text: string) => encode({ type: 2, nsp: "/", data: ["echo", text] }),
      };
    },
    async run(round) {
      // An event whose one argument is so many arrays, each in the other.
      const head = Buffer.concat([
        Buffer.from("83a474797065" + "02", "hex"),
        Buffer.from("a36e7370" + "a12f", "hex"),
        Buffer.from("a464617461" + "92" + "a46563686f", "hex"),
      ]);
      for (const depth of [256, 1000, 10_000, 100_000]) {
        targetOf(round).reasons.length = 0;
        const peer = await round.join();
        peer.send(frame(0x82, Buffer.concat([head, Buffer.alloc(depth, 0x91), Buffer.of(0xc0)])));
        await peer.closed();
        expect([depth, ...targetOf(round).reasons]).toEqual([depth, "parse error"]);
        peer.destroy();
      }
    },
  },
  onSocketIo(
    "S-15",
    "100,000 tiny events that each ask for an acknowledgement: the others are answered in between",
    async (round) => {
      const peer = await round.join();
      const socket = newest(round);
      let count = 0;
      let answersBefore = 0;
      socket.on("a", (acknowledge: () => void) => {
        if (count === 0) answersBefore = round.healthy.answers;
        count += 1;
        acknowledge();
      });
      send(peer, ...Array.from({ length: EVENTS }, (_, i) => `2${i}["a"]`));
      await peer.arrived(EVENTS + 2);
      // One for each two turns, of 256 frames each; the chunks that they come in would give it a quarter of that.
      expect(round.healthy.answers - answersBefore).toBeGreaterThan(EVENTS / 1000);
    },
  ),
];
