import express from "express";
import { addressOf } from "./address.js";

/**
 * Plain polling: the client asks, the server says what it has. Who has nothing new is told so, too.
 * @param {import("express").Express} app
 * @param {import("./newsroom.js").Newsroom} newsroom
 */
export function servePolling(app, newsroom) {
  app.get("/news", (request, response) => {
    const { run, after } = request.query;
    // Somebody new hears what comes from now on; somebody from before a restart, all that there is.
    const known = run === newsroom.run ? Number(after) : run === undefined ? newsroom.latest : 0;
    response.json({
      run: newsroom.run,
      latest: newsroom.latest,
      news: newsroom.after(known),
      ...(run === undefined && { address: addressOf(request) }),
    });
  });

  // Polling and SSE have no way up of their own: the answer is one more request.
  app.post("/answers", express.json({ limit: "1kb" }), (_request, response) => {
    response.status(204).end();
  });
}
