import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

/**
 * @typedef {keyof Omit<typeof en, "error"> | `error.${keyof typeof en.error}`} Key
 * @typedef {Record<string, string | number>} Values
 */

const WORDS = { en, ko };
/** @type {"en" | "ko"} */
let language = document.documentElement.lang === "ko" ? "ko" : "en";

export const currentLanguage = () => language;

/**
 * A sentence in the language of the page.
 * @param {Key} key
 * @param {Values} [values]
 */
export function t(key, values = {}) {
  const words = WORDS[language];
  const [, code] = key.split("error.");
  const sentence =
    code === undefined
      ? words[/** @type {keyof Omit<typeof en, "error">} */ (key)]
      : words.error[/** @type {keyof typeof en.error} */ (code)];
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/**
 * Gives an element a sentence, and gives it again when the language changes.
 * @param {Element} element
 * @param {Key} key
 * @param {Values} [values]
 * @param {"t" | "tLabel" | "tPlaceholder"} [place]
 */
export function say(element, key, values, place = "t") {
  const { dataset } = /** @type {HTMLElement} */ (element);
  dataset[place] = key;
  if (values === undefined) delete dataset[`${place}Values`];
  else dataset[`${place}Values`] = JSON.stringify(values);
  translateOne(/** @type {HTMLElement} */ (element), place);
}

/**
 * Shows a time of the day in the language of the page.
 * @param {HTMLTimeElement} element
 * @param {number} at milliseconds
 */
export function sayTime(element, at) {
  const date = new Date(at);
  element.dateTime = date.toISOString();
  element.textContent = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(
    date,
  );
  element.title = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short" }).format(date);
}

/** Korean to English and back. What people typed stays where it is. */
export function switchLanguage() {
  language = language === "ko" ? "en" : "ko";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Safari and Firefox of last year
  document.cookie = `baro-language=${language}; path=/; max-age=31536000; samesite=lax`;
  translateAll();
}

export function translateAll() {
  document.documentElement.lang = language;
  for (const place of /** @type {const} */ (["t", "tLabel", "tPlaceholder"])) {
    const attribute = { t: "data-t", tLabel: "data-t-label", tPlaceholder: "data-t-placeholder" }[place];
    for (const element of document.querySelectorAll(`[${attribute}]`)) {
      translateOne(/** @type {HTMLElement} */ (element), place);
    }
  }
  for (const time of document.querySelectorAll("time")) sayTime(time, Date.parse(time.dateTime));
}

/**
 * @param {HTMLElement} element
 * @param {"t" | "tLabel" | "tPlaceholder"} place
 */
function translateOne(element, place) {
  const values = element.dataset[`${place}Values`];
  const sentence = t(
    /** @type {Key} */ (element.dataset[place]),
    values === undefined ? {} : JSON.parse(values),
  );
  if (place === "t") element.textContent = sentence;
  else element.setAttribute(place === "tLabel" ? "aria-label" : "placeholder", sentence);
  if (place === "tLabel" && element.dataset.tip !== undefined) element.title = sentence;
}
