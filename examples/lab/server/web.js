import { fileURLToPath } from "node:url";
import express from "express";
import { renderPages } from "./page.js";

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * The page of the lab and its files.
 * @param {string} base where the lab is: all addresses in the page begin with it
 * @param {readonly import("./page.js").Neighbour[]} neighbours
 */
export function createWeb(base, neighbours) {
  const pages = renderPages(base, neighbours);
  const web = express.Router({ strict: true });

  web.use((_request, response, next) => {
    response.set("X-Content-Type-Options", "nosniff").set("Referrer-Policy", "same-origin");
    next();
  });
  web.get(["/", ""], (request, response) => {
    response.set("Content-Security-Policy", PAGE_POLICY).set("Cache-Control", "no-store");
    response.vary("Accept-Language").vary("Cookie");
    response.type("html").send(pages[languageOf(request)]);
  });
  web.use(express.static(PUBLIC, { index: false, redirect: false }));
  return web;
}

/** @param {import("express").Request} request */
function languageOf(request) {
  const chosen = /(?:^|;\s*)baro-language=(ko|en)(?:;|$)/.exec(request.headers.cookie ?? "")?.[1];
  return (chosen ?? request.acceptsLanguages("en", "ko")) === "ko" ? "ko" : "en";
}
