import { h } from "./dom.js";
import { say } from "./i18n.js";

const FADES_MS = 4_000;

/** "… is typing", which fades by itself: the one who stops does not tell. */
export class Typing {
  /** @type {Map<string, { name: string, timer: ReturnType<typeof setTimeout> }>} */
  #people = new Map();
  #words = h("span");
  element = h("p", { class: "typing", hidden: true }, dots(), this.#words);

  /** @param {import("../../types.d.ts").Person} person */
  add({ id, name }) {
    clearTimeout(this.#people.get(id)?.timer);
    this.#people.set(id, { name, timer: setTimeout(() => this.remove(id), FADES_MS) });
    this.#show();
  }

  /** @param {string} id */
  remove(id) {
    clearTimeout(this.#people.get(id)?.timer);
    this.#people.delete(id);
    this.#show();
  }

  clear() {
    for (const id of [...this.#people.keys()]) this.remove(id);
  }

  #show() {
    const [first] = this.#people.values();
    this.element.hidden = first === undefined;
    if (this.#people.size > 1) say(this.#words, "typingMany", { count: this.#people.size });
    else if (first !== undefined) say(this.#words, "typingOne", { name: first.name });
  }
}

function dots() {
  return h("span", { class: "typing-dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
}
