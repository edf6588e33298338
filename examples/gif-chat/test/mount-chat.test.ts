import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { io } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mountChat } from "../server/mount-chat.js";

describe("the chat, mounted on a site", () => {
  let dataDir: string;
  let http: Server;
  let chat: Awaited<ReturnType<typeof mountChat>>;
  let address: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "baro-chat-"));
    const app = express();
    app.get("/lab", (_request, response) => {
      response.send("the lab");
    });
    http = createServer(app);
    chat = await mountChat({ app, http, dataDir, neighbours: ["lab", "auction"] });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    http.close();
    http.closeAllConnections();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("stands beside what the site had before", async () => {
    expect(await (await fetch(`${address}/lab`)).text()).toBe("the lab");
    expect((await fetch(`${address}/nothing`)).status).toBe(404);
    await chat.close();
  });

  it("leads to its neighbours, in the language of the page", async () => {
    const page = async (language: string) =>
      (await fetch(address, { headers: { "accept-language": language } })).text();
    expect(await page("en")).toContain('<a href="/lab" data-t="lab">Lab</a>');
    expect(await page("ko")).toContain('<a href="/auction" data-t="auction">경매</a>');
    await chat.close();
  });

  it("lets its people go as if the line had been cut, and leaves the site up", async () => {
    const session = await fetch(`${address}/session`);
    const cookie = session.headers.getSetCookie().map((one) => one.split(";")[0]);
    const socket = io(`${address}/chat`, {
      extraHeaders: { cookie: cookie.join("; ") },
      reconnection: false,
    });
    await new Promise<void>((resolve) => socket.once("connect", resolve));
    const gone = new Promise((resolve) => socket.once("disconnect", resolve));
    await chat.close();
    expect(await gone).toBe("transport close");
    expect(await (await fetch(`${address}/lab`)).text()).toBe("the lab");
  });
});
