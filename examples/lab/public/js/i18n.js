import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

/**
 * @typedef {keyof typeof en} Key
 * @typedef {Record<string, string | number>} Values
 */

const WORDS = { en, ko };
/** @type {"en" | "ko"} */
let language = document.documentElement.lang === "ko" ? "ko" : "en";

/**
 * A sentence in the language of the page.
 * @param {Key} key
 * @param {Values} [values]
 */
function t(key, values = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * Gives an element a sentence, and gives it again when the language changes.
 * @param {HTMLElement} element
 * @param {Key} key
 * @param {Values} [values]
 */
export function say(element, key, values) {
  element.dataset.t = key;
  if (values === undefined) delete element.dataset.tValues;
  else element.dataset.tValues = JSON.stringify(values);
  translate(element);
}

/** Korean to English and back. */
export function switchLanguage() {
  language = language === "ko" ? "en" : "ko";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Safari and Firefox of last year
  document.cookie = `baro-language=${language}; path=/; max-age=31536000; samesite=lax`;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-t]")) {
    if (element instanceof HTMLElement) translate(element);
  }
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(/** @type {Key} */ (element.getAttribute("data-t-label"))));
  }
}

/** @param {HTMLElement} element */
function translate(element) {
  const { t: key, tValues } = element.dataset;
  const values = tValues === undefined ? {} : JSON.parse(tValues);
  element.textContent = t(/** @type {Key} */ (key), values);
}
