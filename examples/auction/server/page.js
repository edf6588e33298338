import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import express from "express";
import { en } from "../public/js/words/en.js";
import { ko } from "../public/js/words/ko.js";
import { welcome } from "./bidder.js";
import { limits } from "./rules.js";
import { languageOf } from "./words.js";

const WORDS = { en, ko };
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

/** @type {Readonly<Record<Neighbour, string>>} */
const ADDRESSES = { chat: "/", lab: "/lab" };

/** @typedef {"chat" | "lab"} Neighbour */

/**
 * Serves the page, whole in the visitor's language before any script runs, and its files.
 * @param {import("express").Router} router
 * @param {string} base
 * @param {readonly Neighbour[]} neighbours what the header leads to, beside the auction itself
 */
export function servePage(router, base, neighbours) {
  const links = neighbours.map((name) => `<a href="${ADDRESSES[name]}">{${name}}</a>`).join("");
  const template = readFileSync(new URL("page.html", import.meta.url), "utf8").replace(
    / *<nav class="neighbours".*\n/,
    (nav) => (links === "" ? "" : nav.replace("<!-- neighbours -->", links)),
  );

  router.use((_request, response, next) => {
    response.set("X-Content-Type-Options", "nosniff").set("Referrer-Policy", "same-origin");
    next();
  });
  router.get(["/", ""], (request, response) => {
    const language = languageOf(request);
    const bidder = welcome(request, response);
    /** @type {Readonly<Record<string, string | number>>} */
    const words = {
      ...WORDS[language],
      ...{ base, bidder },
      maxTitle: limits.title,
      maxName: limits.name,
    };
    response.set("Content-Security-Policy", PAGE_POLICY).set("Cache-Control", "no-store");
    response.vary("Accept-Language").vary("Cookie");
    const page = template.replace('<html lang="en"', `<html lang="${language}"`);
    response.type("html").send(page.replace(/\{(\w+)\}/g, (_, key) => String(words[key] ?? "")));
  });
  router.use(express.static(PUBLIC, { index: false, redirect: false }));
}
