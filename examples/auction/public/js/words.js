import { en } from "./words/en.js";
import { ko } from "./words/ko.js";

const { lang } = document.documentElement;
const words = lang === "ko" ? ko : en;

/**
 * A sentence in the language of the page.
 * @param {keyof typeof en} key
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function t(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** @param {number} amount in won */
export const money = (amount) => t("money", { amount: amount.toLocaleString(lang) });

/** @param {number} at milliseconds */
export const timeOfDay = (at) =>
  new Date(at).toLocaleTimeString(lang, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  });

/** @param {number} milliseconds */
export function countdown(milliseconds) {
  const seconds = Math.max(Math.ceil(milliseconds / 1_000), 0);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
