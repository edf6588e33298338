import { readFileSync } from "node:fs";
import { en } from "../public/js/words/en.js";
import { ko } from "../public/js/words/ko.js";
import { TECHNIQUES } from "./techniques.js";

const WORDS = { en, ko };

/** @typedef {keyof typeof WORDS} Language */

/**
 * The page in each language, whole before any script runs, so that nothing moves when one does.
 * @param {string} base
 * @returns {Readonly<Record<Language, string>>}
 */
export function renderPages(base) {
  const template = read("lab")
    .replace("<!-- panels -->", forEach(read("panel")))
    .replace("<!-- costs -->", forEach(read("cost")))
    .replaceAll("{base}", base);
  return { en: translate(template, "en"), ko: translate(template, "ko") };
}

/** @param {"lab" | "panel" | "cost"} name */
const read = (name) => readFileSync(new URL(`pages/${name}.html`, import.meta.url), "utf8");

/** @param {string} template */
const forEach = (template) =>
  TECHNIQUES.map((technique) => template.replaceAll("{technique}", technique))
    .join("")
    .trim();

/**
 * @param {string} html
 * @param {Language} language
 */
function translate(html, language) {
  /** @type {Readonly<Record<string, string>>} */
  const words = WORDS[language];
  return html
    .replace('<html lang="en"', `<html lang="${language}"`)
    .replace(/\{([\w.-]+)\}/g, (_, key) => words[key] ?? "");
}
