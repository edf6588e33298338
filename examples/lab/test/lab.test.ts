import { once } from "node:events";
import { get } from "node:http";
import { WebSocket } from "baro/websocket";
import { afterEach, describe, expect, it } from "vitest";
import type { News, SeenAddress } from "../types.d.ts";
import { TestLab, type Visitor } from "./support/test-lab.ts";

let lab: TestLab;
afterEach(() => lab.stop());

const status = async (url: string, init?: RequestInit) => (await fetch(url, init)).status;
const address = async (visitor: Visitor): Promise<SeenAddress> => {
  const response = await fetch(`${visitor.wire("polling")}/news`, {
    headers: { "X-Forwarded-For": "192.0.2.66" },
  });
  return ((await response.json()) as { address: SeenAddress }).address;
};

describe("the lab", () => {
  it("gives each visitor a server that speaks every three seconds, over all four techniques", async () => {
    lab = await TestLab.start();
    const visitor = await lab.visitor();
    const ws = new WebSocket(`${visitor.wire("websocket").replace("http", "ws")}/ws`);
    const heard: (Partial<News> & { address?: SeenAddress })[] = [];
    ws.on("message", (data) => heard.push(JSON.parse(String(data))));
    const events = await fetch(`${visitor.wire("sse")}/stream`);
    await visitor.until(() => visitor.of("sse").some(({ label }) => label.includes("서버에서")));
    await visitor.until(() => visitor.of("websocket").some(({ label }) => label.includes("서버에서")));
    const polled = await (await fetch(`${visitor.wire("polling")}/news?run=x&after=0`)).json();

    expect(heard[0]?.address?.client).toMatch(/^127\.0\.0\.[12]$/);
    expect(polled.news[0]).toMatchObject({ n: 1, text: "서버에서 보냅니다" });
    await expect.poll(() => heard[1]).toEqual(polled.news[0]);
    const stream = visitor.of("sse").filter(({ kind }) => kind !== "control");
    expect(stream.map(({ way, kind }) => `${way} ${kind}`)).toEqual([
      "up request",
      "down response",
      "down event",
      "down event",
    ]);
    ws.terminate();
    await events.body?.cancel();
  });

  it("opens nobody's wire without its id, and none of it after its visitor has left", async () => {
    lab = await TestLab.start();
    const visitor = await lab.visitor();
    const news = `${visitor.wire("polling")}/news`;
    expect(await status(news)).toBe(200);
    expect(await status(news.replace(visitor.card?.id ?? "", "A".repeat(22)))).toBe(404);
    expect(await status(news.replace("/polling/", "/nothing/"))).toBe(404);
    expect(await status(news.replace("/polling/news", "/polling"))).toBe(404);

    visitor.leave();
    await expect.poll(() => status(news)).toBe(404);
  });

  it("leads to nothing but the visitor's server, whatever the address says", async () => {
    lab = await TestLab.start();
    const visitor = await lab.visitor();
    const { host, hostname, port } = new URL(lab.address);
    for (const target of [`//${host}/lab`, `/http://${host}/lab`, "/../../../lab"]) {
      // By hand: `fetch` would tidy the path.
      const path = new URL(visitor.wire("polling")).pathname + target;
      const [response] = await once(get({ hostname, port, path }), "response");
      expect([target, response.statusCode]).toEqual([target, 404]);
      await visitor.until(() => visitor.of("polling").some(({ label }) => label === `GET ${target}`));
      response.destroy();
    }
  });

  it("tells the visitor's address by a proxy only, and never what the visitor claims", async () => {
    lab = await TestLab.start();
    const visitor = await lab.visitor();
    const direct = await address(visitor);
    expect(direct).toEqual({ socket: direct.socket, forwarded: null, client: direct.socket });
    await visitor.network({ proxied: true });
    expect(await address(visitor)).toEqual({
      socket: direct.socket,
      forwarded: "127.0.0.1",
      client: "127.0.0.1",
    });
  });

  it("blocks WebSocket for one visitor, and spares the others", async () => {
    lab = await TestLab.start();
    const [blocked, other] = [await lab.visitor(), await lab.visitor()];
    const open = (visitor: Visitor) => new WebSocket(`${visitor.wire("websocket").replace("http", "ws")}/ws`);
    const [before, spared] = [open(blocked), open(other)];
    await Promise.all([once(before, "message"), once(spared, "message")]);
    await blocked.network({ blocked: true });
    await once(before, "close");
    const [error] = await once(open(blocked), "error");
    expect(error.message).toContain("404");
    expect(spared.readyState).toBe(WebSocket.OPEN);
    spared.terminate();
    await blocked.network({ blocked: false });
    const after = open(blocked);
    await once(after, "message");
    after.terminate();
  });

  it("cuts what is open now", async () => {
    lab = await TestLab.start();
    const visitor = await lab.visitor();
    const response = await fetch(`${visitor.wire("sse")}/stream`);
    const broken = response.text().then(
      () => "ended",
      () => "broken",
    );
    await visitor.until(() => visitor.of("sse").some(({ kind }) => kind === "event"));
    visitor.control.emit("cut");
    expect(await broken).toBe("broken");
    await visitor.until(() => visitor.of("sse").at(-1)?.kind === "cut");
    expect(await status(`${visitor.wire("polling")}/news`)).toBe(200);
  });

  it("stops the process of one visitor, and starts it again", async () => {
    lab = await TestLab.start({ stopMs: 300 });
    const [stopper, other] = [await lab.visitor(), await lab.visitor()];
    const run = async (visitor: Visitor) =>
      (await (await fetch(`${visitor.wire("polling")}/news`)).json()).run;
    const first = await run(stopper);
    stopper.control.emit("stop");
    await stopper.until(() => stopper.demo?.state === "stopped");
    await expect(run(stopper)).rejects.toThrow();
    await stopper.until(() => stopper.of("polling").at(-1)?.kind === "refused");
    expect(await status(`${other.wire("polling")}/news`)).toBe(200);
    expect(await status(`${lab.address}/lab`)).toBe(200);

    await stopper.until(() => stopper.demo?.state === "running");
    expect(await run(stopper)).not.toBe(first);
  });

  it("has places for so many, and for so many of one address", async () => {
    lab = await TestLab.start({ visitsPerAddress: 1 });
    const first = await lab.visitor();
    const second = lab.knock();
    await second.until(() => second.errors.length > 0);
    expect(second.errors).toEqual(["full"]);
    first.leave();
    await expect
      .poll(async () => {
        const third = lab.knock();
        await third.until(() => third.errors.length > 0 || third.card !== undefined);
        return third.errors;
      })
      .toEqual([]);
  });

  it("bounds the connections and the requests of a visitor", async () => {
    lab = await TestLab.start({ wires: 1 });
    const visitor = await lab.visitor();
    const stream = await fetch(`${visitor.wire("sse")}/stream`);
    expect(await status(`${visitor.wire("polling")}/news`)).toBe(429);
    await stream.body?.cancel();
    await expect.poll(() => status(`${visitor.wire("polling")}/news`)).toBe(200);
    const large = { method: "POST", body: "x".repeat(5_000) };
    expect(await status(`${visitor.wire("polling")}/answers`, large)).toBe(413);
    expect(await status(`${visitor.wire("polling")}/answers`, { method: "PUT" })).toBe(405);
  });

  it("starts no more processes at a time than it may, however often somebody comes", async () => {
    lab = await TestLab.start({ opens: { burst: 1, refillMs: 3_600_000 } });
    (await lab.visitor()).leave();
    const again = lab.knock();
    await again.until(() => again.errors.length > 0);
    expect(again.errors).toEqual(["full"]);
  });

  it("lets nobody connect faster than the bucket fills", async () => {
    lab = await TestLab.start({ connects: { burst: 2, refillMs: 3_600_000 } });
    const visitor = await lab.visitor();
    const news = `${visitor.wire("polling")}/news`;
    expect([await status(news), await status(news), await status(news)]).toEqual([200, 200, 429]);
  });

  it("ends the visit of somebody who is away", async () => {
    lab = await TestLab.start({ idleMs: 50 });
    const visitor = lab.knock();
    await visitor.until(() => visitor.isGone);
    expect(visitor.isIdle).toBe(true);
    expect(await status(`${visitor.wire("polling")}/news`)).toBe(404);
  });
});
