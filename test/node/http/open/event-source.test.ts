import { expect, it } from "vitest";
import { startOpen } from "../../../support/open-app.ts";
import { Ear } from "../../sse/support.ts";

it("an EventSource of ours misses nothing of a room with a history, however often it is cut off", async () => {
  const { io, port } = await startOpen({ open: { streamRetry: 1 } });
  io.publicRooms("news");
  io.history("news");
  const ear = new Ear(`http://127.0.0.1:${port}/socket.io/sse?room=news`, ["news", "gap"]);
  await ear.next("open");
  const sent: number[] = [];
  const send = (): unknown => io.to("news").emit("news", sent.push(sent.length));
  while (io.sockets.adapter.rooms.get("news") === undefined)
    await new Promise((resolve) => setImmediate(resolve));
  for (let round = 0; round < 5; round += 1) {
    send();
    await ear.until(sent.length);
    await ear.cut(() => {
      for (let count = 0; count < 3; count += 1) send();
    });
    await ear.until(sent.length);
  }
  expect(ear.heard.map(([name, data]) => [name, data])).toEqual(sent.map((index) => ["news", index + 1]));
});
