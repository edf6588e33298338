import { once } from "node:events";
import { createServer } from "node:net";
import { serveControl } from "./control.js";
import { Gateway } from "./gateway.js";
import { limits as defaults } from "./limits.js";
import { Visits } from "./visits.js";
import { createWeb } from "./web.js";

/** What the wires have as their own address where the system lets them, to tell it from the visitor's. */
const WIRE_ADDRESS = "127.0.0.2";

/**
 * Puts the lab on a site: the page at `base`, and below it the wires of its visitors, all on the site's port.
 * @param {{
 *   app: import("express").Express,
 *   http: import("node:http").Server,
 *   base?: string,
 *   limits?: import("./limits.js").LabLimits,
 *   neighbours?: readonly import("./page.js").Neighbour[],
 *   trustProxy?: import("baro").TrustProxy,
 * }} site `neighbours`: what else the site has, and the lab's header leads to. `trustProxy`: the proxies before the
 *   site itself, as in Baro's option
 */
export async function mountLab({ app, http, base = "/lab", limits = defaults, neighbours = [], trustProxy }) {
  const visits = new Visits(limits, await findWireAddress());
  const gateway = new Gateway(visits, limits);
  const wirePath = `${base}/wire`;

  app.use(wirePath, (request, response) => gateway.handle(request.url, request, response));
  app.use(base, createWeb(base, neighbours));
  const io = serveControl(http, { path: `${base}/control`, visits, limits, trustProxy });
  http.on("upgrade", (request, socket, head) => {
    const { url = "" } = request;
    if (url.startsWith(`${wirePath}/`))
      gateway.handleUpgrade(url.slice(wirePath.length), request, socket, head);
  });

  return {
    /** Ends all visits and their servers. The HTTP server is the site's. */
    async close() {
      // As a lost connection, not as a goodbye: the page comes back by itself.
      io.engine.close();
      visits.closeAll();
    },
  };
}

/** Linux has all of 127.0.0.0/8, other systems have 127.0.0.1 alone. */
async function findWireAddress() {
  const probe = createServer();
  try {
    probe.listen(0, WIRE_ADDRESS);
    await once(probe, "listening");
    return WIRE_ADDRESS;
  } catch {
    return undefined;
  } finally {
    probe.close();
  }
}
