import { announce, h, icon } from "./dom.js";
import { readGifHeader } from "./gif-header.js";
import { GifLibrary } from "./gif-library.js";
import { say } from "./i18n.js";
import { draftOf, keepDraft } from "./memory.js";
import { ReplyBar } from "./reply-bar.js";
import { errorSentence, errorValues, lengthOf, limits } from "./session.js";

/** @typedef {import("./outbox.js").ChosenGif} ChosenGif */

/** From here on the box tells how many characters are left. */
const NEARLY_FULL = 0.9;
const TYPING_EVERY_MS = 2_000;

/**
 * Where one writes. A GIF comes in by the picker, by dropping it or by pasting it, and waits beside the text until
 * both are sent. Whatever cannot be sent stays, with a sentence that says why.
 */
export class Composer {
  #room;
  #send;
  /** @type {{ file?: File, url?: string, preview: string, size?: { width: number, height: number } } | undefined} */
  #chosen;
  #library = new GifLibrary((gif) => this.pick(gif));
  #choices = 0;
  #typedAt = 0;
  #text = h("textarea", { id: "text", rows: 1, autocomplete: "off", "aria-describedby": "problem count" });
  #count = h("span", { class: "composer-count", id: "count" });
  #problem = h("p", { class: "problem", id: "problem", role: "alert" });
  #reply = new ReplyBar(() => this.#text.focus());
  #tray = h("div", { class: "tray", role: "group", hidden: true });
  #picker = h("input", {
    type: "file",
    accept: "image/gif,.gif",
    id: "picker",
    tabindex: "-1",
    class: "hidden-visually",
  });
  element;

  /**
   * @param {string} room
   * @param {{ send: (text: string, gif: ChosenGif | null, reply: import("./outbox.js").Reply | null) => void, typing: () => void }} actions
   */
  constructor(room, { send, typing }) {
    this.#room = room;
    this.#send = send;
    this.#text.value = draftOf(room);
    say(this.#text, "write", undefined, "tPlaceholder");
    say(this.#text, "write", undefined, "tLabel");
    say(this.#picker, "chooseGif", undefined, "tLabel");
    say(this.#tray, "chosenGif", undefined, "tLabel");

    const choose = h("button", { class: "round", type: "button", "data-tip": true }, icon("upload"));
    say(choose, "chooseGif", undefined, "tLabel");
    choose.addEventListener("click", () => this.#picker.click());
    this.#picker.addEventListener("change", () => {
      const [file] = this.#picker.files ?? [];
      this.#picker.value = ""; // so that the same file can be chosen again
      if (file !== undefined) this.choose(file);
    });
    const go = h("button", { class: "round round-main", type: "submit", "data-tip": true }, icon("send"));
    say(go, "send", undefined, "tLabel");

    this.#text.addEventListener("input", () => {
      this.#grow();
      keepDraft(this.#room, this.#text.value);
      if (Date.now() - this.#typedAt > TYPING_EVERY_MS) {
        this.#typedAt = Date.now();
        typing();
      }
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#reply.stop();
      // While a Hangul syllable is being composed, Enter belongs to the input method.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.element = h(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.submit();
        },
      },
      this.#library.element,
      this.#reply.element,
      this.#tray,
      h("div", { class: "composer-row" }, this.#library.button, choose, this.#picker, this.#text, go),
      h("div", { class: "composer-under" }, this.#problem, this.#count),
    );
  }

  focus() {
    // On a phone the keyboard would cover the conversation that one came to read.
    if (matchMedia("(hover: hover)").matches) this.#text.focus();
    this.#grow();
  }

  /** What is written next answers this message. @param {import("../../types.d.ts").Message} message */
  reply(message) {
    this.#reply.start(message);
    this.#text.focus();
  }

  /** The message with this number is deleted, and cannot be answered. @param {number} seq */
  forget(seq) {
    if (this.#reply.target?.seq === seq) this.#reply.stop();
  }

  /** @param {boolean} away there is no connection: what is sent now waits */
  setAway(away) {
    say(this.#text, away ? "writeAway" : "write", undefined, "tPlaceholder");
  }

  /**
   * Puts a GIF beside the text. Any file may come: one that cannot be sent is shown with the reason.
   * @param {File} file
   */
  async choose(file) {
    const choice = ++this.#choices;
    const size = await readGifHeader(file).catch(() => undefined);
    if (choice !== this.#choices) return;
    this.#drop();
    const fault = size === undefined ? "notGif" : file.size > limits().gifBytes ? "gifTooLarge" : undefined;
    this.#chosen = {
      file,
      preview: URL.createObjectURL(file),
      ...(fault === undefined && size ? { size } : {}),
    };

    const picture =
      size === undefined
        ? h("span", { class: "tray-file" }, "?")
        : h("img", { src: this.#chosen.preview, alt: "" });
    const name = h("bdi", { class: "tray-name" }, file.name);
    this.#showTray([picture, h("div", { class: "tray-words" }, name, h("small", {}, sizeOf(file)))], fault);
    if (fault === undefined) this.#text.focus();
  }

  /** Puts a GIF of the library beside the text. @param {{ url: string, width: number, height: number, label?: string }} gif */
  pick({ url, width, height, label = "" }) {
    this.#choices++;
    this.#drop();
    this.#chosen = { url, preview: url, size: { width, height } };
    const name = h("bdi", { class: "tray-name" }, label);
    this.#showTray([h("img", { src: url, alt: "" }), h("div", { class: "tray-words" }, name)], undefined);
    this.#text.focus();
  }

  /**
   * @param {HTMLElement[]} parts
   * @param {"notGif" | "gifTooLarge" | undefined} fault
   */
  #showTray(parts, fault) {
    const remove = h("button", { class: "round round-small", type: "button" }, icon("close"));
    say(remove, "removeGif", undefined, "tLabel");
    remove.addEventListener("click", () => {
      this.#drop();
      this.#complain(undefined);
      this.#text.focus();
    });
    this.#tray.replaceChildren(...parts, remove);
    this.#tray.classList.toggle("tray-bad", fault !== undefined);
    this.#tray.hidden = false;
    this.#complain(fault);
  }

  /**
   * Takes back what was not sent, in front of what has been typed since.
   * @param {string} text
   * @param {ChosenGif | null} gif
   */
  restore(text, gif) {
    if (text !== "") this.#text.value = [text, this.#text.value].filter(Boolean).join("\n");
    keepDraft(this.#room, this.#text.value);
    this.#grow();
    if (gif?.file !== undefined) this.choose(gif.file);
    else if (gif?.url !== undefined) this.pick({ ...gif, url: gif.url });
    this.#text.focus();
  }

  submit() {
    const text = this.#text.value.trim();
    if (this.#chosen !== undefined && this.#chosen.size === undefined) {
      announce(this.#problem.textContent ?? "");
      return;
    }
    if (lengthOf(text) > limits().messageLength) {
      this.#complain("messageTooLong");
      return;
    }
    if (text === "" && this.#chosen === undefined) return;
    this.#complain(undefined);
    const chosen = this.#chosen;
    // The preview now belongs to the bubble.
    this.#chosen = undefined;
    this.#tray.hidden = true;
    this.#tray.replaceChildren();
    this.#text.value = "";
    keepDraft(this.#room, "");
    this.#grow();
    this.#typedAt = 0;
    this.#library.close();
    const gif = chosen?.size === undefined ? null : { ...chosen, ...chosen.size };
    this.#send(text, gif, this.#reply.target);
    this.#reply.stop();
  }

  close() {
    this.#choices++;
    this.#drop();
  }

  #drop() {
    if (this.#chosen !== undefined) URL.revokeObjectURL(this.#chosen.preview); // does nothing to a GIF of the library
    this.#chosen = undefined;
    this.#tray.hidden = true;
    this.#tray.replaceChildren();
  }

  /** @param {keyof typeof import("./words/en.js").en.error | undefined} code */
  #complain(code) {
    if (code === undefined) {
      delete this.#problem.dataset.t;
      this.#problem.textContent = "";
      return;
    }
    say(this.#problem, `error.${code}`, errorValues());
    announce(errorSentence(code));
  }

  /** As high as its text, and a count when that is long. */
  #grow() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
    const { messageLength } = limits();
    const length = lengthOf(this.#text.value.trim());
    this.#count.classList.toggle("composer-over", length > messageLength);
    if (length > messageLength) {
      say(this.#count, "tooLongBy", { count: length - messageLength });
    } else {
      if (this.#problem.dataset.t === "error.messageTooLong") this.#complain(undefined);
      if (length > messageLength * NEARLY_FULL) {
        say(this.#count, "charactersLeft", { count: messageLength - length });
      } else {
        delete this.#count.dataset.t;
        this.#count.textContent = "";
      }
    }
  }
}

/** @param {File} file */
function sizeOf({ size }) {
  const kilobytes = size / 1024;
  return kilobytes < 1024 ? `${Math.ceil(kilobytes)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
