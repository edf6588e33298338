import { readFileSync } from "node:fs";
import { en } from "../public/js/words/en.js";
import { ko } from "../public/js/words/ko.js";
import { TECHNIQUES } from "./techniques.js";

const WORDS = { en, ko };
/** Those with files of their own, on both sides. */
const WITH_CODE = new Set(["polling", "sse", "websocket", "socketio"]);

/** @type {Readonly<Record<Neighbour, string>>} */
const ADDRESSES = { chat: "/", auction: "/auction" };

/**
 * @typedef {keyof typeof WORDS} Language
 * @typedef {"chat" | "auction"} Neighbour
 */

/**
 * The page in each language, whole before any script runs, so that nothing moves when one does.
 * @param {string} base
 * @param {readonly Neighbour[]} neighbours
 * @returns {Readonly<Record<Language, string>>}
 */
export function renderPages(base, neighbours) {
  const panel = read("server/pages/panel.html");
  const cost = read("server/pages/cost.html");
  const panels = TECHNIQUES.map((technique) => fill(panel, { code: codeOf(technique) }, technique));
  const costs = TECHNIQUES.map((technique) => fill(cost, {}, technique));
  const links = neighbours.map((name) => `<a href="${ADDRESSES[name]}" data-t="${name}">{${name}}</a>`);
  const whole = fill(read("server/pages/lab.html"), {
    panels: panels.join(""),
    costs: costs.join(""),
    neighbours:
      links.length === 0 ? "" : fill(read("server/pages/neighbours.html"), { links: links.join("") }),
  }).replaceAll("{base}", base);
  return { en: translate(whole, "en"), ko: translate(whole, "ko") };
}

/** @param {string} path */
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");

/**
 * Puts each part where a comment names it.
 * @param {string} template
 * @param {Readonly<Record<string, string>>} parts
 * @param {string} technique
 */
function fill(template, parts, technique = "") {
  return template
    .replaceAll("{technique}", technique)
    .replace(/ *<!-- ([\w ]+) -->\n?/g, (_, name) => parts[name] ?? "");
}

/**
 * The lesson itself: what runs in the page and in the demo's server, and nothing that was written to be shown.
 * @param {string} technique
 */
function codeOf(technique) {
  if (!WITH_CODE.has(technique)) return "";
  const show = (/** @type {string} */ path) => toHtml(withoutDocs(read(path)));
  return fill(read("server/pages/code.html"), {
    "page code": show(`public/js/techniques/${technique}.js`),
    "server code": show(`demo/${technique}.js`),
  });
}

/** @param {string} code */
const withoutDocs = (code) => code.replace(/^ *\/\*\*.*?\*\/\n|\/\*\*.*?\*\/ /gms, "").trim();

/**
 * @param {string} text
 * @returns text as HTML, in which no key of a sentence is found either
 */
const toHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("{", "&#123;");

/**
 * @param {string} html
 * @param {Language} language
 */
function translate(html, language) {
  /** @type {Readonly<Record<string, string>>} */
  const words = WORDS[language];
  return html
    .replace('<html lang="en"', `<html lang="${language}"`)
    .replace(/\{([\w.-]+)\}/g, (_, key) => toHtml(words[key] ?? ""));
}
