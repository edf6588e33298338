import { fileURLToPath } from "node:url";
import express from "express";
import { renderPage, renderWatchPage } from "./page.js";
import { ChatRefusal, toAnswer } from "./refusal.js";
import { serveUploads } from "./uploads.js";

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const STATUS = /** @type {Partial<Record<import("../types.d.ts").ErrorCode, number>>} */ ({
  noSession: 401,
  notInRoom: 403,
  roomGone: 404,
  gifTooLarge: 413,
  notGif: 415,
  tooFast: 429,
  tooManyUploads: 429,
  internal: 500,
  busy: 503,
  storageFull: 507,
});

/**
 * The HTTP side of the chat: the page, the session, the GIFs.
 * @param {{
 *   chat: import("./chat.js").Chat,
 *   rooms: import("./rooms.js").Rooms,
 *   people: import("./people.js").People,
 *   files: import("./gif-files.js").GifFiles,
 *   library: import("./library.js").Library,
 *   limits: import("./limits.js").ChatLimits,
 *   neighbours: readonly import("./page.js").Neighbour[],
 * }} parts
 */
export function createWeb({ chat, rooms, people, files, library, limits, neighbours }) {
  const pages = renderPage(neighbours);
  const watchPages = renderWatchPage();
  const app = express.Router();

  app.use((request, response, next) => {
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "same-origin");
    if (request.method !== "GET" && request.method !== "HEAD" && !isSameOrigin(request)) {
      throw new ChatRefusal("badRequest");
    }
    next();
  });

  // One page for all addresses; its modules read the address.
  app.get(["/", "/rooms/:room"], (request, response) => {
    const language = languageOf(request);
    people.welcome(request, response, language);
    response.set("Content-Security-Policy", PAGE_POLICY);
    response.set("Cache-Control", "no-store");
    response.vary("Accept-Language").vary("Cookie");
    response.type("html").send(pages[language]);
  });

  // No cookie is needed, and none is given: who only watches is nobody.
  app.get("/rooms/:room/watch", (request, response) => {
    response.set("Content-Security-Policy", PAGE_POLICY);
    response.set("Cache-Control", "no-store");
    response.vary("Accept-Language").vary("Cookie");
    response.type("html").send(watchPages[languageOf(request)]);
  });

  app.get("/session", (request, response) => {
    const person = people.welcome(request, response, languageOf(request));
    const { nameLength, titleLength, passwordLength, messageLength, minMembers, maxMembers, gifBytes } =
      limits;
    response.set("Cache-Control", "no-store").json({
      person,
      limits: { nameLength, titleLength, passwordLength, messageLength, minMembers, maxMembers, gifBytes },
    });
  });

  app.post("/session/name", express.json({ limit: "2kb" }), (request, response) => {
    const before = people.recognise(request);
    if (before === undefined) throw new ChatRefusal("noSession");
    const person = people.rename(before, chat.parseName(before, request.body?.name));
    people.remember(request, response, person);
    rooms.rename(person);
    response.json({ ok: true, person });
  });

  serveUploads(app, { chat, people, limits });

  app.use("/gifs", serveGifs(files.folder, { immutable: true, maxAge: "365d" }));
  app.use("/library", serveGifs(fileURLToPath(library.folder), { maxAge: "1h" }));
  app.use(express.static(PUBLIC, { index: false, redirect: false }));

  app.use((_request, response) => {
    response.status(404).json({ ok: false, code: "badRequest" });
  });
  app.use(refuse);
  return app;
}

/** @type {import("express").ErrorRequestHandler} */
const refuse = (error, _request, response, next) => {
  if (response.headersSent) {
    next(error); // too late for an answer: Express closes the connection
  } else {
    // Errors of Express itself, such as a body that is no JSON, carry a status below 500.
    const answer = toAnswer(error.status < 500 ? new ChatRefusal("badRequest") : error);
    response.status(STATUS[answer.code] ?? 400).json(answer);
  }
};

/**
 * @param {string} folder
 * @param {{ immutable?: boolean, maxAge: string }} caching
 */
function serveGifs(folder, caching) {
  return express.static(folder, {
    index: false,
    redirect: false,
    ...caching,
    setHeaders(response) {
      response.setHeader("Content-Type", "image/gif");
      // Opened on its own, even a polyglot has no origin, no scripts and no forms.
      response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'");
      response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    },
  });
}

/** @param {import("express").Request} request */
function languageOf(request) {
  const chosen = /(?:^|;\s*)baro-language=(ko|en)(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  const language = chosen ?? request.acceptsLanguages("en", "ko");
  return language === "ko" ? "ko" : "en";
}

/**
 * Browsers send `Origin` with every POST. Programs send none, and have no cookie of somebody else either.
 * @param {import("express").Request} request
 */
function isSameOrigin({ headers: { origin, host } }) {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
