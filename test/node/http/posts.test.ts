import { createServer, request, type ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { PollingTransport } from "../../../src/node/http/polling-transport.ts";
import { StreamTransport } from "../../../src/node/http/stream-transport.ts";
import { ask, listen } from "../../support/http.ts";
import { until } from "../websocket/echo-server.ts";

/** One message is a hundred times as much as there is in a second: a rest that no test outlives. */
const SETTINGS = {
  maxPayload: 1_000,
  maxQueued: 1_000,
  rates: { messageRate: 0.01, byteRate: 0, burst: 1 },
};

const kinds: [string, (response: ServerResponse) => PollingTransport | StreamTransport][] = [
  [
    "polling",
    (response) => {
      const transport = new PollingTransport(SETTINGS);
      transport.receivePoll(response);
      return transport;
    },
  ],
  [
    "a stream",
    (response) => {
      const transport = new StreamTransport(response, SETTINGS);
      transport.start(response.req, {});
      return transport;
    },
  ],
];

describe.each(kinds)("a POST of %s whose client has to rest", (_kind, create) => {
  /** A transport whose client rests, the GET that it lives by, and the answer to the POST. */
  const start = async () => {
    let opened: (transport: PollingTransport | StreamTransport) => void;
    const opening = new Promise<PollingTransport | StreamTransport>((resolve) => {
      opened = resolve;
    });
    const { port } = await listen(
      createServer(async (request, response) => {
        if (request.method === "GET") opened(create(response));
        else (await opening).receivePost(request, response);
      }),
    );
    const down = request({ host: "127.0.0.1", port, agent: false });
    down.on("error", () => {}).end();
    onTestFinished(() => void down.destroy());
    const transport = await opening;
    const answer = ask({ port, path: "/", method: "POST", body: "4x" });
    await until(() => transport.resting);
    return { transport, down, answer };
  };

  it.each<[string, (started: Awaited<ReturnType<typeof start>>) => unknown]>([
    ["closed", ({ transport }) => transport.close()],
    ["given up", ({ transport }) => transport.shed()],
    ["failed", ({ transport }) => transport.fail("transport error", "for a test")],
    ["broken off", ({ down }) => down.destroy()],
  ])("is answered when its transport is %s, and leaves no timer behind", async (_how, end) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const started = await start();
    expect(vi.getTimerCount()).toBe(1);
    end(started);
    expect((await started.answer).body).toBe("ok");
    expect([started.transport.resting, vi.getTimerCount()]).toEqual([false, 0]);
  });
});
