import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createEventStream } from "baro/sse";
import express from "express";
import { bidderOf } from "./bidder.js";
import { House } from "./house.js";
import { parseLine } from "./line.js";
import { servePage } from "./page.js";
import { Refusal } from "./refusal.js";
import { limits } from "./rules.js";
import { Store } from "./store.js";
import { languageOf, sentence } from "./words.js";

/**
 * Puts the auction on a site: the page at `base`, and below it the stream of events and two addresses that take POSTs.
 * @param {{
 *   app: import("express").Express,
 *   http: import("node:http").Server,
 *   base?: string,
 *   dataDir: string,
 *   neighbours?: readonly import("./page.js").Neighbour[],
 * }} site `neighbours`: what else the site has, and the auction's header leads to
 */
export async function mountAuction({ app, base = "/auction", dataDir, neighbours = [] }) {
  mkdirSync(dataDir, { recursive: true });
  const store = new Store(join(dataDir, "auction.lmdb"));
  // What ended while the server was away.
  await store.closeDue();
  const house = new House(store);
  const router = express.Router({ strict: true });
  servePage(router, base, neighbours);

  router.get("/events", (request, response) => {
    house.receive(createEventStream(request, response, { retry: 1_000 }));
  });

  router.post("/lots", refuseOtherSites, express.json({ limit: "2kb" }), async (request, response) => {
    const { title, start, minutes, name } = request.body ?? {};
    const offer = {
      title: demand(parseLine(title, limits.title), "noTitle"),
      start: demand(isAmount(start) ? start : undefined, "noAmount"),
      minutes: demand(
        limits.minutes.find((each) => each === minutes),
        "noMinutes",
      ),
      offeredBy: demand(parseLine(name, limits.name), "noName"),
    };
    response.status(201).json(await house.offer(offer));
  });

  router.post(
    "/lots/:id/bids",
    refuseOtherSites,
    express.json({ limit: "2kb" }),
    async (request, response) => {
      const by = demand(bidderOf(request), "badRequest");
      const name = demand(parseLine(request.body?.name, limits.name), "noName");
      response
        .status(201)
        .json(await house.bid(Number(request.params.id), { amount: request.body.amount, by, name }));
    },
  );

  router.use(refuse);
  app.use(base, router);

  return {
    /** Ends all streams, then closes the database. The HTTP server is the site's. */
    close: () => house.close(),
  };
}

/**
 * @template Value
 * @param {Value | undefined} value
 * @param {import("./words.js").RefusalCode} code
 * @returns {Value}
 */
function demand(value, code) {
  if (value === undefined) {
    throw new Refusal(code, 400, { ...limits, minutes: limits.minutes.join(", ") });
  }
  return value;
}

/** @param {unknown} value */
const isAmount = (value) =>
  Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= limits.amount;

/**
 * Browsers send `Origin` with every POST. Programs send none, and have nobody else's cookie.
 * @type {import("express").RequestHandler}
 */
const refuseOtherSites = ({ headers: { origin, host } }, _response, next) => {
  const isOurs = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  next(isOurs ? undefined : new Refusal("badRequest", 403));
};

/** @type {import("express").ErrorRequestHandler} */
const refuse = (error, request, response, next) => {
  if (response.headersSent) {
    next(error); // too late for an answer: Express closes the connection
    return;
  }
  const isTheirs = error instanceof Refusal || error.status < 500;
  if (!isTheirs) console.error(error);
  // Errors of Express itself, such as a body that is no JSON, carry a status below 500.
  const { code, status, values } =
    error instanceof Refusal ? error : new Refusal(isTheirs ? "badRequest" : "internal", error.status ?? 500);
  response.status(status).json({ code, message: sentence(code, languageOf(request), values) });
};
