import type { Socket } from "baro";
import type { Socket as Client } from "baro/client";
import { afterEach, describe, expect, it } from "vitest";
import { RawPeer, RawServer, requestText } from "../support/raw-peer.ts";
import { closePayload, peerOf } from "../support/wire.ts";
import { next, pairs, Stage } from "./pairs.ts";

// Why a connection ended, in the words of the documentation: "Socket#disconnect" of the client and of the server. The
// reasons that need an honest peer stand in server-api.test.ts; here a bare one breaks the connection.
const toServer = peerOf("server");
const toClient = peerOf("client");
const text = (frame: typeof toServer, packet: string) => frame(0x81, packet);

const handshake = (heartbeat: { pingInterval: number; pingTimeout: number }) =>
  `0${JSON.stringify({ sid: "abc", upgrades: [], ...heartbeat, maxPayload: 1_000_000 })}`;
const STEADY = { pingInterval: 25_000, pingTimeout: 20_000 };
const QUICK = { pingInterval: 150, pingTimeout: 150 };

describe.each(pairs.filter(({ server }) => server === "baro"))("client $client says", (pair) => {
  let server: RawServer | undefined;
  let client: Client | undefined;
  afterEach(() => {
    client?.disconnect();
    server?.close();
  });

  /** A client that a bare server has let in, and the connection to it. */
  const join = async (heartbeat: typeof STEADY): Promise<{ client: Client; peer: RawPeer }> => {
    const dialled = new Promise<RawPeer>((resolve) => {
      void RawServer.listenWebSocket((peer) => {
        // In one write: the heartbeat begins with the first, and the second must not come too late for it.
        peer.send(Buffer.concat([text(toClient, handshake(heartbeat)), text(toClient, '40{"sid":"def"}')]));
        resolve(peer);
      }).then((listening) => {
        server = listening;
        const url = `http://127.0.0.1:${listening.port}`;
        client = pair.connect(url, { transports: ["websocket"], forceNew: true, reconnectionDelay: 60_000 });
      });
    });
    const peer = await dialled;
    const joined = client as Client;
    if (!joined.connected) await next(joined, "connect");
    return { client: joined, peer };
  };

  // The third is whether it comes back by itself: `socket.active`.
  it.each<
    [
      reason: string,
      act: (sides: { client: Client; peer: RawPeer }) => unknown,
      active: boolean,
      heartbeat?: typeof STEADY,
    ]
  >([
    ["io server disconnect", ({ peer }) => peer.send(text(toClient, "41")), false],
    ["io client disconnect", ({ client }) => client.disconnect(), false],
    ["ping timeout", () => {}, true, QUICK],
    ["transport close", ({ peer }) => peer.send(toClient(0x88, closePayload(1000))), true],
    ["transport close", ({ peer }) => peer.destroy(), true],
    // The peer ignores CLOSE over WebSocket, until no ping comes.
    [
      pair.client === "baro" ? "transport close" : "ping timeout",
      ({ peer }) => peer.send(text(toClient, "1")),
      true,
      pair.client === "baro" ? STEADY : QUICK,
    ],
    ["parse error", ({ peer }) => peer.send(text(toClient, "4not a packet")), true],
  ])("%s", async (reason, act, active, heartbeat = STEADY) => {
    const sides = await join(heartbeat);
    const told = next(sides.client, "disconnect");
    act(sides);
    expect([(await told)[0], sides.client.active, sides.client.connected, sides.client.id]).toEqual([
      reason,
      active,
      false,
      undefined,
    ]);
  });
});

describe.each(pairs.filter(({ client }) => client === "socket.io-client"))("server $server says", (pair) => {
  let stage: Stage;
  afterEach(() => stage.close());

  it.each<[reason: string, bytes: Buffer | undefined]>([
    ["transport close", undefined],
    ["transport close", toServer(0x88, closePayload(1000))],
    // The peer ignores CLOSE over WebSocket.
    ...(pair.server === "baro" ? ([["transport close", text(toServer, "1")]] as [string, Buffer][]) : []),
    ["transport error", toServer(0x83)],
    ["transport error", toServer(0xc1, "4")],
    ["transport error", toServer(0x82, "", { length: 2_000_000 })],
    ["client namespace disconnect", text(toServer, "41")],
    ["parse error", text(toServer, "not a packet")],
  ])("%s", async (reason, bytes) => {
    stage = await Stage.open(pair);
    const accepted = next(stage.io, "connection");
    const peer = await RawPeer.dial(
      Number(new URL(stage.url).port),
      requestText({}, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"),
    );
    peer.send(text(toServer, "40"));
    const [socket] = (await accepted) as [Socket];
    // With bytes that nobody has read, the end of TCP would be a reset.
    await peer.arrived(2);
    const told = Promise.all([next(socket, "disconnecting"), next(socket, "disconnect")]);
    if (bytes === undefined) peer.destroy();
    else peer.send(bytes);
    expect((await told).map(([why]) => why)).toEqual([reason, reason]);
    peer.destroy();
  });
});
