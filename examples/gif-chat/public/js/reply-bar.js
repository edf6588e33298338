import { h, icon } from "./dom.js";
import { say } from "./i18n.js";
import { quoteWords } from "./quote.js";

/** Above the text: which message is answered. */
export class ReplyBar {
  /** @type {import("./outbox.js").Reply | null} */
  #target = null;
  #stopped;
  element = h("div", { class: "reply-bar", role: "group", hidden: true });

  /** @param {() => void} stopped by its button */
  constructor(stopped) {
    this.#stopped = stopped;
  }

  get target() {
    return this.#target;
  }

  /** @param {import("../../types.d.ts").Message} message */
  start({ seq, from, text, gif }) {
    this.#target = { seq, from, text, gif };
    const stop = h("button", { class: "round round-small", type: "button" }, icon("close"));
    say(stop, "stopReply", undefined, "tLabel");
    stop.addEventListener("click", () => {
      this.stop();
      this.#stopped();
    });
    const quote = h("div", { class: "quote" }, ...quoteWords(this.#target));
    quote.style.setProperty("--hue", String(from.hue));
    say(this.element, "replyingTo", { name: from.name }, "tLabel");
    this.element.replaceChildren(icon("reply"), quote, stop);
    this.element.hidden = false;
  }

  stop() {
    this.#target = null;
    this.element.hidden = true;
    this.element.replaceChildren();
  }
}
