import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { EventStream } from "../../../../src/node/http/open/event-stream.ts";
import { listen } from "../../../support/http.ts";

it("a stream that ends and is not read is cut off by its next tick", async () => {
  const { server, port } = await listen(createServer());
  let over = (): void => {};
  const ended = new Promise<void>((resolve) => {
    over = resolve;
  });
  const streaming = new Promise<EventStream>((resolve) =>
    server.on("request", (request, response) => {
      const stream = new EventStream(response, {
        maxQueued: 64 * 1024 * 1024,
        streamHeartbeat: 60_000,
        streamRetry: 1_000,
        traffic: { bytesIn: 0, bytesOut: 0 },
        backlogs: { queue() {}, hold() {}, ended() {} },
        ended: () => over(),
      });
      stream.start(request);
      resolve(stream);
    }),
  );
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const stream = await streaming;
  const before = stream.deadline;
  for (let count = 0; count < 40; count += 1) stream.tell("gap", { text: "x".repeat(1_000_000) });
  stream.close();
  expect(stream.deadline).toBeLessThan(before);
  // What the ticker does in five seconds.
  setImmediate(() => stream.tick(stream.deadline));
  await ended;
});
