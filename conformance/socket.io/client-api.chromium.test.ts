import { createServer, type Server as HttpServer } from "node:http";
import { Server } from "baro";
import type { Page } from "playwright-core";
import { Server as PeerServer } from "socket.io";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, openProfile, type Profile } from "../../test/e2e/support/chromium.ts";
import { findNowhere, openStage, SERVERS, WAYS } from "./client-stage.ts";
import { connectionStories } from "./connection-stories.ts";
import type { Stage } from "./pairs.ts";
import { socketStories } from "./socket-stories.ts";
import type { Cast } from "./story.ts";

const stories = { ...socketStories, ...connectionStories };

// The scripts as their own servers serve them, each beside the server that is asked.
const SCRIPTS = {
  baro: "/script-of-baro/socket.io.min.js",
  "socket.io-client": "/script-of-socket.io/socket.io.min.js",
};

/** Serves a page for each make of client. */
function createPages(): HttpServer {
  const http = createServer((request, response) => {
    const src = SCRIPTS[decodeURIComponent(request.url ?? "").slice(1) as keyof typeof SCRIPTS];
    response
      .setHeader("Content-Type", "text/html")
      .end(`<!doctype html><title>a page</title><script src="${src}"></script>`);
  });
  new Server(http, { path: "/script-of-baro" });
  new PeerServer(http, { path: "/script-of-socket.io" });
  return http;
}

const executable = findChromium();
describe.skipIf(executable === undefined)("in Chromium", () => {
  const stages: Stage[] = [];
  const pages: Record<string, Page> = {};
  const faults: string[] = [];
  let profile: Profile;
  let nowhere = "";

  beforeAll(async () => {
    profile = await openProfile(executable as string);
    nowhere = await findNowhere();
    for (const make of SERVERS) {
      const stage = await openStage(make, createPages());
      stages.push(stage);
      for (const client of Object.keys(SCRIPTS)) {
        const page = await profile.context.newPage();
        page.on("pageerror", (error) => faults.push(error.message));
        await page.goto(`${stage.url}/${client}`);
        await page.waitForFunction(() => "io" in globalThis);
        pages[`${client} with ${make}`] = page;
      }
    }
  });
  afterAll(async () => {
    await profile.close();
    for (const stage of stages) await stage.close();
  });

  /** What a story meets in a page: it goes there as a text. */
  async function tell(story: string, page: Page | undefined, transports: string[]): Promise<unknown> {
    if (page === undefined) throw new Error("no such page");
    const cast: Omit<Cast, "io" | "Manager"> = { url: new URL(page.url()).origin, nowhere, transports };
    return page.evaluate(
      `({ ${stories[story]} })[${JSON.stringify(story)}]({ io, Manager: io.Manager, ...${JSON.stringify(cast)} })`,
    );
  }

  describe.each(Object.entries(WAYS))("over %s", (_way, transports) => {
    it.each(Object.keys(stories))("our script and that of Socket.IO have in common: %s", async (story) => {
      const expected = await tell(story, pages["socket.io-client with socket.io"], transports);
      expect(expected).not.toEqual([]);
      for (const make of SERVERS) {
        const met = await tell(story, pages[`baro with ${make}`], transports);
        expect(met, `our script with the server ${make}`).toEqual(expected);
      }
      expect(faults).toEqual([]);
    });
  });
});
