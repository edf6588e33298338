import { once } from "node:events";
import { createServer } from "node:http";
import { Module } from "node:module";
import type { AddressInfo } from "node:net";
import { Server } from "baro";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, openProfile, type Profile } from "../../test/e2e/support/chromium.ts";
import { bundle, REACT_VERSIONS } from "./bundle.ts";

const executable = findChromium();

describe.skipIf(executable === undefined).each(REACT_VERSIONS)("baro/react with React %s", (version) => {
  const http = createServer();
  const io = new Server(http);
  /** Who connected and who left, in order. */
  let log: string[] = [];
  let url: string;
  let html: string;
  let script: string;
  let profile: Profile;
  let page: Page;
  let complaints: string[] = [];

  beforeAll(async () => {
    const code = await bundle("on-server.ts", version, "node");
    const module = new Module("on-server") as Module & {
      _compile(code: string, name: string): void;
      exports: { render(url: string): string };
    };
    module._compile(code, "on-server.cjs");
    script = await bundle("page.ts", version, "browser");
    io.use((socket, proceed) => {
      const refused = socket.handshake.auth.who === "nobody";
      proceed(refused ? Object.assign(new Error("not you"), { data: { code: 7 } }) : undefined);
    });
    io.on("connection", (socket) => {
      const { who, token = "" } = socket.handshake.auth;
      log.push(`${who}${token && ` ${token}`} came`);
      socket.on("disconnect", () => log.push(`${who}${token && ` ${token}`} left`));
      socket.on("push", (value) => socket.emit("pushed", value));
      socket.on("drop me", () => socket.conn.close());
      socket.on("kick me", () => socket.disconnect());
      socket.emit("hello", `hello ${who}`);
    });
    http.on("request", (request, response) => {
      if (request.url === "/") {
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        response.end(`<!doctype html><div id="app">${html}</div><script src="/page.js"></script>`);
      } else if (request.url === "/page.js") {
        response.setHeader("Content-Type", "text/javascript; charset=utf-8");
        response.end(script);
      }
    });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
    html = module.exports.render(url);
    profile = await openProfile(executable as string);
  });
  afterAll(async () => {
    await profile?.close();
    await io.close();
  });

  beforeEach(async () => {
    await page?.close();
    log = [];
    complaints = [];
    page = await profile.context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(url);
  });

  /** Carries out a scenario of page.ts, and waits until as much has happened here. */
  async function scenario(name: string, events: number, argument?: string): Promise<unknown> {
    const result = await page.evaluate(
      ([name, argument]) =>
        (globalThis as unknown as { scenarios: Record<string, (argument?: string) => unknown> }).scenarios[
          name as string
        ]?.(argument),
      [name, argument],
    );
    await expect.poll(() => log.length).toBeGreaterThanOrEqual(events);
    return result;
  }

  it("connects once for two components in strict mode, and closes after them", async () => {
    expect(await scenario("shares", 2)).toBe(1);
    expect(log).toEqual(["status came", "status left"]);
    expect(complaints).toEqual([]);
  });

  it("keeps the connection from one route to the next", async () => {
    expect(await scenario("changesRoute", 2)).toBe(1);
    expect(log).toEqual(["status came", "status left"]);
  });

  it("calls the handler of the newest rendering, by one listener", async () => {
    expect(await scenario("hearsWithTheNewest", 2)).toEqual({
      heard: [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      listeners: 1,
      left: 0,
    });
    expect(log).toEqual(["counter came", "counter left"]);
  });

  it("shows the states of the connection", async () => {
    const { shown, details } = (await scenario("showsStates", 4)) as { shown: string[]; details: unknown };
    expect(shown).toEqual([
      "connecting",
      "connected",
      "reconnecting, transport close",
      "connected",
      "disconnected, io server disconnect",
      "connecting",
      "disconnected, not you",
    ]);
    expect(details).toEqual({ code: 7 });
    expect(log).toEqual(["states came", "states left", "states came", "states left"]);
  });

  it("connects nothing for a rendering that is thrown away", async () => {
    expect(await scenario("suspends", 2)).toBe(false);
    expect(log).toEqual(["slow came", "slow left"]);
  });

  it("shows one state in all components, whenever it changes", async () => {
    expect(await scenario("doesNotTear", 2)).toEqual(["disconnected"]);
  });

  it("asks the newest function for credentials, and takes another socket for others", async () => {
    expect(await scenario("renewsCredentials", 6)).toBe(true);
    expect(log.filter((line) => line.endsWith("came"))).toEqual([
      "user one came",
      "user two came",
      "user three came",
    ]);
    expect(log.filter((line) => line.endsWith("left"))).toHaveLength(3);
  });

  it("renders on the server without a connection, and connects when the page takes over", async () => {
    expect(html).toBe("<p>connecting, nothing</p>");
    expect(log).toEqual([]);
    expect(await scenario("hydrates", 2, url)).toEqual({ before: "connecting, nothing", faults: [] });
    expect(log).toEqual(["app came", "app left"]);
    expect(complaints).toEqual([]);
  });
});
