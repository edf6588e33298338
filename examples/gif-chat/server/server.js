import { createServer } from "node:http";
import express from "express";
import { mountChat } from "./mount-chat.js";

/**
 * The chat as a site of its own, which the caller lets listen.
 * @param {Omit<Parameters<typeof mountChat>[0], "app" | "http">} options
 */
export async function createChat(options) {
  const app = express();
  app.disable("x-powered-by");
  const http = createServer(app);
  const chat = await mountChat({ app, http, ...options });

  return {
    http,
    /** Closes all connections, then the database. */
    async close() {
      const closed = http.listening ? new Promise((resolve) => http.close(resolve)) : undefined;
      await chat.close();
      http.closeAllConnections();
      await closed;
    },
  };
}
