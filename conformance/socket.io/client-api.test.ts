import { Manager as BaroManager, io as baro } from "baro/client";
import { Manager as PeerManager, io as peer } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findNowhere, openStage, SERVERS, WAYS } from "./client-stage.ts";
import { connectionStories } from "./connection-stories.ts";
import type { Stage } from "./pairs.ts";
import { socketStories } from "./socket-stories.ts";
import type { Cast } from "./story.ts";

const stories = { ...socketStories, ...connectionStories };

type Client = Pick<Cast, "io" | "Manager">;
const CLIENTS: Record<string, Client> = {
  baro: { io: baro, Manager: BaroManager },
  "socket.io-client": { io: peer, Manager: PeerManager } as unknown as Client,
};

const stages: Record<string, Stage> = {};
let nowhere = "";

beforeAll(async () => {
  nowhere = await findNowhere();
  for (const make of SERVERS) stages[make] = await openStage(make);
});
afterAll(async () => {
  for (const stage of Object.values(stages)) await stage.close();
});

/** What `story` meets with this client and this server. */
async function tell(story: string, client: string, server: string, transports: string[]): Promise<unknown[]> {
  const run = stories[story];
  const made = CLIENTS[client];
  if (run === undefined || made === undefined) throw new Error("no such story, or client");
  return run({ ...made, url: stages[server]?.url ?? "", nowhere, transports });
}

describe.each(Object.entries(WAYS))("over %s", (_way, transports) => {
  it.each(Object.keys(stories))("our client and that of Socket.IO have in common: %s", async (story) => {
    const expected = await tell(story, "socket.io-client", "socket.io", transports);
    expect(expected.length).toBeGreaterThan(0);
    for (const server of SERVERS) {
      expect(await tell(story, "baro", server, transports), `our client with the server ${server}`).toEqual(
        expected,
      );
    }
    expect(
      await tell(story, "socket.io-client", "baro", transports),
      "that of Socket.IO with our server",
    ).toEqual(expected);
  });
});
