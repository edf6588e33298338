import { createServer, request } from "node:http";
import type { Binary } from "../../../src/binary.ts";
import { PacketType } from "../../../src/engine/packet.ts";
import { decodePayload } from "../../../src/engine/payload.ts";
import { base64 } from "../../../src/node/base64.ts";
import { PollingTransport } from "../../../src/node/http/polling-transport.ts";
import { ask, listen } from "../../support/http.ts";
import { describeTransport } from "../../support/transport-contract.ts";

describeTransport("long-polling", async () => {
  const transport = new PollingTransport({ maxPayload: 1_000_000 });
  const { port } = await listen(
    createServer((request, response) => {
      if (request.method === "GET") transport.receivePoll(response);
      else transport.receivePost(request, response);
    }),
  );
  const delivered: (string | Binary)[] = [];
  let waiting: ReturnType<typeof request> | undefined;
  let gone = false;
  // The next poll follows each answer, until the server refuses or the peer goes.
  const poll = (): void => {
    waiting = request({ host: "127.0.0.1", port, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => {
        if (response.statusCode !== 200 || gone) return;
        decodePayload(text, base64, (type, data) => {
          const isNoop = type === PacketType.NOOP;
          if (!isNoop) delivered.push(typeof data === "string" ? `${type}${data}` : data);
        });
        poll();
      });
    });
    waiting.on("error", () => {});
    waiting.end();
  };
  poll();
  return {
    transport,
    delivered,
    send: (...packets) => {
      const body = packets
        .map((packet) => (typeof packet === "string" ? packet : `b${base64.encode(packet)}`))
        .join("\x1e");
      return ask({ port, path: "/", method: "POST", body });
    },
    breakOff: () => {
      gone = true;
      waiting?.destroy();
    },
  };
});
