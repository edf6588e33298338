import { createServer } from "node:http";
import { mountAuction } from "@baro/example-auction";
import { mountChat } from "@baro/example-gif-chat";
import { mountLab } from "@baro/example-lab";
import express from "express";

/**
 * All examples on one HTTP server, which the caller lets listen: the chat at `/`, the lab at `/lab`, the
 * auction at `/auction`.
 * @param {{ dataDir: string }} options
 */
export async function createSite({ dataDir }) {
  const app = express();
  app.disable("x-powered-by");
  const http = createServer(app);
  const lab = await mountLab({ app, http, neighbours: ["chat", "auction"] });
  const auction = await mountAuction({ app, http, dataDir, neighbours: ["chat", "lab"] });
  // The last, because it answers whatever nobody else has taken.
  const chat = await mountChat({ app, http, dataDir, neighbours: ["lab", "auction"] });

  return {
    http,
    /** Closes all connections, ends the processes of the lab, then closes the databases. */
    async close() {
      const closed = http.listening ? new Promise((resolve) => http.close(resolve)) : undefined;
      await Promise.all([lab.close(), auction.close(), chat.close()]);
      http.closeAllConnections();
      await closed;
    },
  };
}
