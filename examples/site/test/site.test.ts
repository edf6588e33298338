import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { io } from "baro/client";
import { WebSocket } from "baro/websocket";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChildServer } from "../../../test/e2e/support/child-server.ts";
import { ensureBuilt } from "../../lab/test/support/build.ts";
import { Visitor } from "../../lab/test/support/test-lab.ts";

describe("the site of npm start", () => {
  let dataDir: string;
  let server: ChildServer;
  let address: string;
  beforeEach(async () => {
    ensureBuilt();
    dataDir = await mkdtemp(join(tmpdir(), "baro-site-"));
    server = new ChildServer({ port: 0, dataDir, example: "site" });
    address = await server.start();
  });
  afterEach(async () => {
    await server.stop("SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  });

  const page = async (path: string) =>
    (await fetch(`${address}${path}`, { headers: { "Accept-Language": "en" } })).text();

  it("has the chat, the lab and the auction on one port, and each leads to the others", async () => {
    expect(await page("/")).toContain("<title>바로 GIF</title>");
    expect(await page("/")).toContain('href="/lab"');
    expect(await page("/lab")).toContain("One exercise, four techniques");
    expect(await page("/lab")).toContain('<a href="/" data-t="chat">');
    expect(await page("/")).toContain('href="/auction"');
    expect(await page("/lab")).toContain('<a href="/auction" data-t="auction">');
    expect(await page("/auction")).toContain('<a href="/">Chat</a><a href="/lab">Lab</a>');
    const { body, headers } = await fetch(`${address}/auction/events`);
    expect(headers.get("content-type")).toBe("text/event-stream");
    await body?.cancel();
    expect((await fetch(`${address}/nowhere`)).status).toBe(404);
  });

  it("keeps the sockets of its parts apart", async () => {
    const visitor = new Visitor(address);
    await visitor.until(() => visitor.demo?.state === "running");
    // Slow enough for the others on the port to think that nobody takes the upgrade, if they could.
    await visitor.network({ slow: true });
    const ws = new WebSocket(`${visitor.wire("websocket").replace("http", "ws")}/ws`);
    const first = await new Promise((resolve) => ws.once("message", (data) => resolve(String(data))));
    expect(first).toContain("address");

    const chat = io(`${address}/rooms`, { forceNew: true, reconnection: false });
    const refusal = await new Promise<Error>((resolve) => chat.once("connect_error", resolve));
    expect(refusal.message).toBe("noSession");
    chat.disconnect();
    ws.terminate();
    visitor.leave();
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends at %s, and everything with it", async (signal) => {
    const visitor = new Visitor(address);
    await visitor.until(() => visitor.demo?.state === "running");
    const news = await fetch(`${visitor.wire("sse")}/stream`);
    const over = news.text().then(
      () => "over",
      () => "over",
    );
    expect(await server.stop(signal)).toBe(0);
    expect(await over).toBe("over");
    expect(server.errors).toBe("");
    await visitor.until(() => visitor.isGone);
    visitor.leave();
  });
});
