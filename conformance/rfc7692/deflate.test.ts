import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "../../src/entry/websocket.ts";
import type { PerMessageDeflateOptions } from "../../src/node/websocket/options.ts";
import { startWebSocketServer } from "../attacks/targets.ts";
import { hex, join, letters, pattern } from "../rfc6455/case.ts";
import { RawPeer, RawServer, readHead, requestText, responseText } from "../support/raw-peer.ts";
import { type FrameMaker, peerOf, text } from "../support/wire.ts";
import { type Agreed, ZlibPeer } from "../support/zlib-peer.ts";
import { ANSWERS, OFFERS } from "./negotiation.ts";
import { REQUIREMENTS } from "./requirements.ts";

type Server = Awaited<ReturnType<typeof startWebSocketServer>>;

/** The extension that a server answers with. */
function extensionOf(head: string): string | undefined {
  return /^sec-websocket-extensions: (.*)\r$/im.exec(head)?.[1];
}

async function negotiate(
  server: Server,
  offer: string,
): Promise<{ peer: RawPeer; extension: string | undefined }> {
  const socket = connect(server.port, "127.0.0.1");
  socket.write(requestText({ "Sec-WebSocket-Extensions": offer }));
  const { head, rest } = await readHead(socket);
  return { peer: new RawPeer(socket, rest, false), extension: extensionOf(head) };
}

describe("the negotiation", () => {
  let server: Server;
  beforeAll(async () => {
    server = await startWebSocketServer({ perMessageDeflate: true });
  });
  afterAll(() => server.close());

  it.each(OFFERS)("$id", async ({ offer, answer }) => {
    const { peer, extension } = await negotiate(server, offer);
    expect(extension).toBe(answer);
    peer.destroy();
  });

  it.each(ANSWERS)("$id: $accepted", async ({ answer, accepted }) => {
    const bare = await RawServer.listen(({ socket, accept }) => {
      socket.write(responseText(accept, { "Sec-WebSocket-Extensions": answer }));
    });
    const client = new WebSocket(`ws://127.0.0.1:${bare.port}`);
    const opened = await new Promise((resolve) => {
      client.on("open", () => resolve(true));
      client.on("error", () => resolve(false));
    });
    expect(opened).toBe(accepted);
    client.terminate();
    bare.close();
  });
});

/** Payloads that compress well, badly, and hardly, in the sizes that public suites have. */
const SIZES = [0, 16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const PAYLOADS = SIZES.flatMap((size) => [
  Buffer.from(
    JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ id: i, text: `message ${i % 7}` })))
      .repeat(5)
      .slice(0, size),
  ),
  Buffer.from(letters(size)),
  Buffer.alloc(size, "x"),
]);

/** Sends every payload, and wants each back: twice, so that the window of the one before counts. */
async function exchange(peer: RawPeer, frame: FrameMaker, own: Agreed, other: Agreed): Promise<void> {
  const zlib = new ZlibPeer(own, other);
  for (const payload of [...PAYLOADS, ...PAYLOADS.slice(0, 6)]) {
    for (const pieces of [undefined, 997]) {
      peer.frames.length = 0;
      peer.send(await zlib.message(frame, 1, payload, pieces));
      peer.send(frame(0x89, "p"));
      await peer.arrived(2);
      const [pong] = peer.frames.filter(({ first }) => first === 0x8a);
      expect(pong?.payload.toString()).toBe("p");
      const [echo] = peer.frames.filter(({ first }) => first !== 0x8a);
      if (echo === undefined) throw new Error("no echo");
      expect(echo.first & 0xbf).toBe(0x81);
      // With threshold 0 everything is compressed, and 64 KiB of one letter leave no doubt.
      if (payload.length === 65_536) expect(echo.payload.length).toBeLessThan(65_536);
      const data = await zlib.read(echo);
      expect(data.equals(payload)).toBe(true);
    }
  }
}

const PARAMETERS: readonly { bits: number; serverContext: boolean; clientContext: boolean }[] = [
  8, 9, 10, 12, 15,
].flatMap((bits) =>
  [true, false].flatMap((serverContext) =>
    [true, false].map((clientContext) => ({ bits, serverContext, clientContext })),
  ),
);

describe("messages, with every combination of parameters and sizes up to 128 KiB", () => {
  it.each(PARAMETERS)("server: $bits bits, takeover $serverContext and $clientContext", async (each) => {
    const { bits, serverContext, clientContext } = each;
    const options: PerMessageDeflateOptions = {
      threshold: 0,
      serverNoContextTakeover: !serverContext,
      clientNoContextTakeover: !clientContext,
      serverMaxWindowBits: bits,
      clientMaxWindowBits: bits,
    };
    const server = await startWebSocketServer({ perMessageDeflate: options });
    const { peer, extension = "" } = await negotiate(server, "permessage-deflate; client_max_window_bits");
    expect(extension.includes("server_no_context_takeover")).toBe(!serverContext);
    expect(extension.includes("client_no_context_takeover")).toBe(!clientContext);
    if (bits < 15) expect(extension).toContain(`server_max_window_bits=${bits}`);
    const own = { noContextTakeover: !clientContext, windowBits: bits };
    await exchange(peer, peerOf("server"), own, { noContextTakeover: !serverContext, windowBits: bits });
    peer.destroy();
    await server.close();
  });

  it.each(PARAMETERS)("client: $bits bits, takeover $serverContext and $clientContext", async (each) => {
    const { bits, serverContext, clientContext } = each;
    let called: (peer: RawPeer) => void = () => {};
    const peer = new Promise<RawPeer>((resolve) => {
      called = resolve;
    });
    const bare = await RawServer.listen(({ socket, accept, rest }) => {
      const parameters = [
        "permessage-deflate",
        ...(serverContext ? [] : ["server_no_context_takeover"]),
        ...(clientContext ? [] : ["client_no_context_takeover"]),
        `server_max_window_bits=${bits}`,
        `client_max_window_bits=${bits}`,
      ];
      socket.write(responseText(accept, { "Sec-WebSocket-Extensions": parameters.join("; ") }));
      called(new RawPeer(socket, rest, true));
    });
    const client = new WebSocket(`ws://127.0.0.1:${bare.port}`, { perMessageDeflate: { threshold: 0 } });
    client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
    await once(client, "open");
    const own = { noContextTakeover: !serverContext, windowBits: bits };
    await exchange(await peer, peerOf("client"), own, {
      noContextTakeover: !clientContext,
      windowBits: bits,
    });
    client.terminate();
    bare.close();
  });
});

/** Frames of a peer with the default parameters, and the end of the answer; the ids of the requirements. */
const FRAMES: readonly (readonly [
  musts: readonly string[],
  name: string,
  bytes: (frame: FrameMaker) => Buffer,
  last: string,
])[] = [
  [["6/2"], "RSV1 on a ping", (frame) => frame(0xc9), "close 1002"],
  [["6/2"], "RSV1 on a close frame", (frame) => frame(0xc8), "close 1002"],
  [
    ["6/2"],
    "RSV1 on a continuation",
    (frame) => join(frame(0x41, hex("f248")), frame(0xc0, hex("cdc9"))),
    "close 1002",
  ],
  [["6.2/1"], "a message that is not compressed", (frame) => frame(0x81, "plain"), text("plain")],
  [["7.2.2/1", "7.2.1/1"], "7.2.3.1 one block", (frame) => frame(0xc1, hex("f248cdc9c90700")), text("Hello")],
  [
    ["7.2.2/1"],
    "7.2.3.1 in two fragments",
    (frame) => join(frame(0x41, hex("f248cd")), frame(0x80, hex("c9c90700"))),
    text("Hello"),
  ],
  [
    ["7.2.2/1"],
    "7.2.3.3 a stored block",
    (frame) => frame(0xc1, hex("000500faff48656c6c6f00")),
    text("Hello"),
  ],
  [["7.2.2/1"], "7.2.3.4 a final block", (frame) => frame(0xc1, hex("f348cdc9c9070000")), text("Hello")],
  [
    ["7.2.2/1"],
    "7.2.3.5 two blocks",
    (frame) => frame(0xc1, hex("f248050000 00ffffcac9c90700")),
    text("Hello"),
  ],
  [["7.2.2/2"], "garbage", (frame) => frame(0xc1, pattern(100)), "close 1007"],
  [["7.2.2/2"], "a block of the reserved type", (frame) => frame(0xc1, hex("06")), "close 1007"],
  [["7.2.2/2"], "a distance before the beginning", (frame) => frame(0xc1, hex("f200110000")), "close 1007"],
];

describe("frames", () => {
  it.each(FRAMES)("%s %s", async (_musts, _name, bytes, last) => {
    const server = await startWebSocketServer({ perMessageDeflate: true });
    const { peer } = await negotiate(server, "permessage-deflate");
    peer.send(bytes(peerOf("server")));
    await peer.arrived(1);
    expect(peer.names).toEqual([last]);
    peer.destroy();
    await server.close();
  });
});

it("has a case for each MUST", () => {
  const matrix = ["6/1", "7.1.1.1/1", "7.1.1.2/1", "7.1.2.1/1", "7.1.2.2/2", "7.2.1/1"];
  const proved = new Set([
    ...matrix,
    ...[...OFFERS, ...ANSWERS].flatMap(({ musts }) => musts),
    ...FRAMES.flatMap(([musts]) => musts),
  ]);
  expect([...proved].sort()).toEqual(REQUIREMENTS.map(({ id }) => id).sort());
});
