import { h } from "./dom.js";
import { say } from "./i18n.js";

/** @typedef {import("../../types.d.ts").Quote} Quote */

/**
 * The message that another one answers, in short. A press shows it in full.
 * @param {Quote | null} quote `null`: it is gone
 * @param {number} seq
 * @param {() => void} [show]
 */
export function quoteBlock(quote, seq, show) {
  const block = h("button", {
    class: "quote",
    type: "button",
    "data-quotes": seq,
    disabled: show === undefined,
  });
  if (show !== undefined) block.addEventListener("click", show);
  if (quote === null) emptyQuote(block);
  else {
    block.style.setProperty("--hue", String(quote.from.hue));
    block.append(...quoteWords(quote));
    say(block, "showQuoted", { name: quote.from.name }, "tLabel");
  }
  return block;
}

/** The message was deleted. @param {HTMLElement} block */
export function emptyQuote(block) {
  block.setAttribute("disabled", "");
  block.removeAttribute("aria-label");
  delete block.dataset.tLabel;
  const line = h("i");
  say(line, "quotedGone");
  block.replaceChildren(line);
}

/**
 * @param {Quote} quote
 * @returns {HTMLElement[]}
 */
export function quoteWords({ from, text, gif }) {
  const words = h("span", { class: "quote-text", dir: "auto" }, text);
  if (text === "" && gif !== null) say(words, "justGif");
  return [h("bdi", { class: "quote-name" }, from.name), words];
}
