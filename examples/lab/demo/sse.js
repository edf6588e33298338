import { addressOf } from "./address.js";

/**
 * Server-Sent Events: one response that never ends.
 * @param {import("express").Express} app
 * @param {import("./newsroom.js").Newsroom} newsroom
 */
export function serveSse(app, newsroom) {
  app.get("/stream", (request, response) => {
    response.set("Content-Type", "text/event-stream").set("Cache-Control", "no-store");
    response.flushHeaders();
    response.write(`retry: 1000\nevent: address\ndata: ${JSON.stringify(addressOf(request))}\n\n`);

    /** @param {import("../types.d.ts").News} news */
    const send = (news) => {
      response.write(`id: ${news.run}/${news.n}\ndata: ${JSON.stringify(news)}\n\n`);
    };
    // Who comes back says what it heard last, and hears what it missed.
    const last = request.get("last-event-id");
    if (last !== undefined) {
      const [run, n] = last.split("/");
      for (const news of newsroom.after(run === newsroom.run ? Number(n) : 0)) send(news);
    }
    newsroom.on("news", send);
    response.on("close", () => newsroom.off("news", send));
  });
}
