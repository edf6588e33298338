import { createServer, request } from "node:http";
import type { Binary } from "../../../src/binary.ts";
import { PacketType } from "../../../src/engine/packet.ts";
import { decodePayload } from "../../../src/engine/payload.ts";
import { base64 } from "../../../src/node/base64.ts";
import { StreamTransport } from "../../../src/node/http/stream-transport.ts";
import { EventStreamParser } from "../../../src/sse/parser.ts";
import { ask, listen } from "../../support/http.ts";
import { describeTransport } from "../../support/transport-contract.ts";

describeTransport("a stream of events", async () => {
  let open: (transport: StreamTransport) => void;
  const opened = new Promise<StreamTransport>((resolve) => {
    open = resolve;
  });
  const { port } = await listen(
    createServer(async (request, response) => {
      if (request.method !== "GET") {
        (await opened).receivePost(request, response);
        return;
      }
      const transport = new StreamTransport(response, { maxPayload: 1_000_000, maxQueued: 1_000_000 });
      transport.start(request, {});
      open(transport);
    }),
  );
  const delivered: (string | Binary)[] = [];
  const parser = new EventStreamParser({
    event({ event, data }) {
      decodePayload(event === "json" ? JSON.parse(data) : data, base64, (type, packet) => {
        if (type !== PacketType.NOOP)
          delivered.push(typeof packet === "string" ? `${type}${packet}` : packet);
      });
    },
  });
  const stream = request({ host: "127.0.0.1", port, agent: false }, (response) => {
    response.on("data", (chunk: Buffer) => parser.receive(chunk)).on("error", () => {});
  });
  stream.on("error", () => {}).end();
  return {
    transport: await opened,
    delivered,
    send: (...packets) => {
      const body = packets
        .map((packet) => (typeof packet === "string" ? packet : `b${base64.encode(packet)}`))
        .join("\x1e");
      return ask({ port, path: "/", method: "POST", body });
    },
    breakOff: () => {
      stream.destroy();
    },
  };
});
