import { askChat } from "./connection.js";
import { h, icon } from "./dom.js";
import { GifPlayer } from "./gif-player.js";
import { currentLanguage, say } from "./i18n.js";
import { errorValues } from "./session.js";

/** @typedef {import("../../types.d.ts").LibraryGif} LibraryGif */

const TYPING_MS = 200;

/** The GIFs to pick from, with a search and tags; it opens over the conversation. */
export class GifLibrary {
  #pick;
  /** Counts the searches: only the answer to the last one is shown. */
  #searches = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #search = h("input", {
    class: "library-search",
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    id: "library-search",
  });
  #tags = h("div", { class: "library-tags", role: "group" });
  #grid = h("ul", { class: "library-grid" });
  #nothing = h("p", { class: "library-nothing", role: "status", hidden: true });
  element = h("section", { class: "library", id: "library", role: "dialog", hidden: true });
  button = h("button", {
    class: "round",
    type: "button",
    "data-tip": true,
    "aria-expanded": "false",
    "aria-controls": "library",
  });

  /** @param {(gif: LibraryGif) => void} pick */
  constructor(pick) {
    this.#pick = pick;
    this.button.append(icon("gif"));
    say(this.button, "gifLibrary", undefined, "tLabel");
    this.button.addEventListener("click", () => (this.element.hidden ? this.#open() : this.close()));
    say(this.element, "gifLibrary", undefined, "tLabel");
    say(this.#search, "searchGifs", undefined, "tPlaceholder");
    say(this.#search, "searchGifs", undefined, "tLabel");
    say(this.#tags, "gifTags", undefined, "tLabel");
    this.#search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), TYPING_MS);
    });
    const close = h("button", { class: "round round-small", type: "button" }, icon("close"));
    say(close, "close", undefined, "tLabel");
    close.addEventListener("click", () => this.close());
    this.element.addEventListener("keydown", (event) => this.#receiveKey(event));
    this.element.append(
      h("div", { class: "library-head" }, icon("search"), this.#search, close),
      this.#tags,
      this.#grid,
      this.#nothing,
    );
  }

  close() {
    if (this.element.hidden) return;
    clearTimeout(this.#timer);
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    // Nothing moves in what nobody sees.
    this.#grid.replaceChildren();
    if (hadFocus) this.button.focus();
  }

  #open() {
    this.element.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.#search.value = "";
    this.#search.focus();
    this.#find();
  }

  async #find() {
    const search = ++this.#searches;
    const answer = await askChat("gifs", { query: this.#search.value, language: currentLanguage() });
    if (search !== this.#searches || this.element.hidden) return;
    if (!answer.ok) {
      this.#nothing.hidden = false;
      say(this.#nothing, `error.${answer.code}`, errorValues());
      return;
    }
    const { gifs, tags } = answer;
    this.#nothing.hidden = gifs.length > 0;
    say(this.#nothing, "noGifs");
    this.#grid.replaceChildren(...gifs.map((gif) => h("li", {}, this.#item(gif))));
    if (this.#tags.childElementCount === 0 || this.#search.value === "") this.#showTags(tags);
  }

  /** @param {readonly string[]} tags */
  #showTags(tags) {
    this.#tags.replaceChildren(
      ...tags.map((tag) => {
        const button = h("button", { class: "library-tag", type: "button" }, tag);
        button.addEventListener("click", () => {
          this.#search.value = tag;
          this.#search.focus();
          this.#find();
        });
        return button;
      }),
    );
  }

  /** @param {LibraryGif} gif */
  #item(gif) {
    const { url, width, height, label } = gif;
    const image = h("img", {
      src: url,
      width,
      height,
      alt: "",
      loading: "lazy",
      decoding: "async",
      draggable: "false",
    });
    const button = h("button", { class: "library-gif", type: "button" }, image);
    new GifPlayer(button, image);
    if (label === "") say(button, "pickGifBare", undefined, "tLabel");
    else say(button, "pickGif", { label }, "tLabel");
    button.addEventListener("click", () => {
      this.close();
      this.#pick(gif);
    });
    return button;
  }

  /** @param {KeyboardEvent} event */
  #receiveKey(event) {
    if (event.key === "Enter" && event.target === this.#search) {
      event.preventDefault(); // it stands in the form that sends
      clearTimeout(this.#timer);
      this.#find();
      return;
    }
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const buttons = /** @type {HTMLElement[]} */ ([...this.#grid.querySelectorAll("button")]);
    const top = buttons[0]?.getBoundingClientRect().top;
    const columns = buttons.filter((button) => button.getBoundingClientRect().top === top).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (step === undefined) return;
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (at === -1 && event.key !== "ArrowDown") return;
    event.preventDefault();
    const next = at === -1 ? buttons[0] : buttons[at + step];
    if (next !== undefined) next.focus();
    else if (step < 0) this.#search.focus();
  }
}
