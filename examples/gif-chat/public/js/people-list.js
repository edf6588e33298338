import { creature } from "./creature.js";
import { h, icon } from "./dom.js";
import { say } from "./i18n.js";
import { me } from "./session.js";

/** @typedef {import("../../types.d.ts").Person} Person */

/** Who is here, and what the owner of the room may do about it. */
export class PeopleList {
  #actions;
  /** @type {string | null} */
  #owner = null;
  #max = 0;
  #count = h("span", { class: "people-count" });
  #list = h("ul", { class: "people" });
  #close = h("button", { class: "button close-room", type: "button", hidden: true });
  element;

  /** @param {{ remove: (person: Person) => void, close: () => void }} actions */
  constructor(actions) {
    this.#actions = actions;
    const heading = h("h2");
    say(heading, "whoIsHere");
    const label = h("span");
    say(label, "closeRoom");
    this.#close.append(icon("door"), label);
    this.#close.addEventListener("click", actions.close);
    this.element = h(
      "aside",
      { class: "room-aside", id: "people" },
      h("div", { class: "aside-head" }, heading, this.#count),
      this.#list,
      this.#close,
    );
  }

  /** @param {{ max: number, owner: string | null }} room */
  setRoom({ max, owner }) {
    this.#max = max;
    this.#owner = owner;
    this.#close.hidden = owner !== me().id;
  }

  get owner() {
    return this.#owner;
  }

  /** @param {readonly Person[]} people */
  show(people) {
    say(this.#count, "people", { count: people.length, max: this.#max });
    // Who is pressing a button here keeps the focus, whoever comes and goes meanwhile.
    const focused = document.activeElement?.closest("[data-person]");
    const person = focused instanceof HTMLElement ? focused.dataset.person : undefined;
    this.#list.replaceChildren(...people.map((one) => this.#item(one)));
    if (person === undefined) return;
    const button = this.#list.querySelector(`[data-person="${CSS.escape(person)}"] button`);
    if (button instanceof HTMLElement) button.focus();
  }

  /** @param {Person} person */
  #item(person) {
    const item = h("li", { "data-person": person.id }, creature(person), h("bdi", {}, person.name));
    item.style.setProperty("--hue", String(person.hue));
    if (person.id === this.#owner) {
      const crown = h("span", { class: "crown", role: "img", "data-tip": true }, icon("crown"));
      say(crown, "owner", undefined, "tLabel");
      item.append(crown);
    }
    if (person.id === me().id) {
      const mark = h("small");
      say(mark, "you");
      item.append(mark);
    } else if (this.#owner === me().id) {
      const remove = h(
        "button",
        { class: "round round-small", type: "button", "data-tip": true },
        icon("close"),
      );
      say(remove, "removePerson", { name: person.name }, "tLabel");
      remove.addEventListener("click", () => this.#actions.remove(person));
      item.append(remove);
    }
    return item;
  }
}
