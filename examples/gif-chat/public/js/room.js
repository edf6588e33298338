import { Composer } from "./composer.js";
import { askChat, chat } from "./connection.js";
import { creature } from "./creature.js";
import { openDialog, textField } from "./dialog.js";
import { announce, find, h, icon } from "./dom.js";
import { takeFiles } from "./drop.js";
import { say, t } from "./i18n.js";
import { titleOf } from "./lobby.js";
import { showMe } from "./me.js";
import { keepTicket, ticketOf } from "./memory.js";
import { Outbox } from "./outbox.js";
import { goTo } from "./router.js";
import { becomeRenamed, errorValues, limits, me } from "./session.js";
import { Timeline } from "./timeline.js";
import { Typing } from "./typing.js";

/**
 * @typedef {import("../../types.d.ts").Message} Message
 * @typedef {import("../../types.d.ts").Person} Person
 */

const REENTER_MS = 1_500;

/** The room that is open. The sockets live longer than a room, so they are listened to once. @type {Room | undefined} */
let current;
chat.on("connect", () => current?.enter());
chat.on("disconnect", () => current?.lose());
chat.on("message", (message) => current?.receive(message));
chat.on("people", (people) => current?.showPeople(people));
chat.on("came", (person) => current?.notice("cameIn", person));
chat.on("left", (person) => current?.notice("left", person));
chat.on("typing", (person) => current?.showTyping(person));

/**
 * @param {string} id
 * @returns {import("./router.js").View}
 */
export function openRoom(id) {
  const room = new Room(id);
  current = room;
  find("#main", HTMLElement).replaceChildren(room.element);
  room.enter();
  return {
    close() {
      current = undefined;
      room.close();
    },
  };
}

class Room {
  #id;
  #entered = false;
  /** Counts up with each loss, so that an answer of the connection before is not taken for one of this. */
  #connection = 0;
  #entering = false;
  #wasIn = false;
  #closed = false;
  #unread = 0;
  /** What arrives between the request to enter and its answer. @type {Message[]} */
  #early = [];
  /** @type {HTMLDialogElement | undefined} */
  #prompt;
  #title = h("h1", { class: "room-title" });
  #count = h("span", { class: "people-count" });
  #people = h("ul", { class: "people" });
  #notice = h("p", { class: "room-notice", hidden: true });
  #timeline;
  #outbox;
  #composer;
  #typing = new Typing();
  #files;
  #stop = new AbortController();
  element;

  /** @param {string} id */
  constructor(id) {
    this.#id = id;
    this.#timeline = new Timeline({
      older: (before) => this.#loadOlder(before),
      retry: (entry) => this.#outbox.retry(entry),
      takeBack: (entry) => {
        this.#composer.restore(entry.text, entry.gif);
        this.#forget(entry.key);
      },
      discard: (entry) => this.#forget(entry.key),
    });
    this.#outbox = new Outbox(id, {
      show: (entry) => this.#timeline.showEntry(entry),
      sent: (message) => this.receive(message),
    });
    this.#composer = new Composer(id, {
      send: (text, gif) => this.#outbox.send(text, gif),
      typing: () => this.#entered && chat.emit("typing"),
    });
    this.#files = takeFiles((file) => this.#composer.choose(file));
    this.element = this.#build();
    this.#title.textContent = titleOf(id) ?? "";
    this.#showTitle();
    document.addEventListener("visibilitychange", () => this.#read(), { signal: this.#stop.signal });
  }

  /**
   * Goes in, or in again after the connection was lost; then asks only for what was missed.
   * @param {string} [password]
   * @returns {Promise<{ ok: boolean, code?: keyof typeof import("./words/en.js").en.error }>}
   */
  async enter(password) {
    if (this.#entered || this.#entering || this.#closed || !chat.connected)
      return { ok: false, code: "noAnswer" };
    this.#entering = true;
    const connection = this.#connection;
    const ticket = ticketOf(this.#id);
    const request = {
      room: this.#id,
      ...(password === undefined ? {} : { password }),
      ...(ticket === undefined ? {} : { ticket }),
      ...(this.#wasIn ? { after: this.#timeline.last } : {}),
    };
    const answer = await askChat("enter", request);
    if (this.#closed || connection !== this.#connection) return answer;
    this.#entering = false;
    if (answer.ok) this.#becomeEntered(answer);
    else this.#becomeRefused(answer.code, password !== undefined);
    return answer;
  }

  /** The connection is lost. */
  lose() {
    this.#connection++;
    this.#entering = false;
    this.#entered = false;
    this.#early = [];
    this.#outbox.pause();
    this.#composer.setAway(true);
    this.#typing.clear();
    this.element.classList.add("room-away");
  }

  /** @param {Message} message */
  receive(message) {
    if (message.room !== this.#id) return;
    if (!this.#entered) {
      this.#early.push(message);
      return;
    }
    this.#outbox.remove(message.key);
    this.#timeline.add([message]);
    this.#typing.remove(message.from.id);
    if (document.hidden && message.from.id !== me().id) {
      this.#unread++;
      this.#showTitle();
    }
  }

  /** @param {readonly Person[]} people */
  showPeople(people) {
    say(this.#count, "people", { count: people.length, max: this.#count.dataset.max ?? "" });
    const items = people.map((person) => {
      const item = h("li", {}, creature(person), h("bdi", {}, person.name));
      item.style.setProperty("--hue", String(person.hue));
      if (person.id === me().id) {
        const mark = h("small");
        say(mark, "you");
        item.append(mark);
        if (person.name !== me().name) {
          becomeRenamed(person);
          showMe();
        }
      }
      return item;
    });
    this.#people.replaceChildren(...items);
    find("#people-toggle .people-number", HTMLElement).textContent = String(people.length);
    say(find("#people-toggle", HTMLElement), "showPeople", { count: people.length }, "tLabel");
  }

  /**
   * @param {"cameIn" | "left"} key
   * @param {Person} person
   */
  notice(key, person) {
    if (!this.#entered || person.id === me().id) return;
    this.#timeline.notice(key, person);
    this.#typing.remove(person.id);
  }

  /** @param {Person} person */
  showTyping(person) {
    if (person.id !== me().id) this.#typing.add(person);
  }

  close() {
    this.#closed = true;
    this.#stop.abort();
    this.#files.stop();
    this.#prompt?.close();
    this.#outbox.close();
    this.#composer.close();
    this.#typing.clear();
    if (this.#entered || this.#entering) askChat("leave", {});
  }

  /** @param {import("../../types.d.ts").Entered} entered */
  #becomeEntered({ room, people, messages, more, gap, ticket }) {
    keepTicket(this.#id, ticket);
    this.#prompt?.close();
    this.#notice.hidden = true;
    this.#title.textContent = room.title;
    this.#count.dataset.max = String(room.max);
    this.#showTitle();
    if (gap) this.#timeline.clear();
    if (gap || !this.#wasIn) this.#timeline.setMore(more);
    const first = !this.#wasIn;
    this.#wasIn = true;
    this.#entered = true;
    this.element.classList.remove("room-away", "room-closed");
    for (const { key } of messages) this.#outbox.remove(key);
    this.#timeline.add(messages, { jump: first || gap });
    for (const message of this.#early.splice(0)) this.receive(message);
    this.showPeople(people);
    this.#composer.setAway(false);
    this.#outbox.open();
    if (first) {
      this.#composer.focus();
      announce(room.title);
    }
  }

  /**
   * @param {keyof typeof import("./words/en.js").en.error} code
   * @param {boolean} asked the refusal answers a password that was typed, and is shown where it was typed
   */
  #becomeRefused(code, asked) {
    if (asked) return;
    if (code === "passwordNeeded") return this.#askPassword();
    this.element.classList.add("room-closed");
    this.#notice.hidden = false;
    say(this.#notice, `error.${code}`, errorValues());
    // A full room empties, a slow server answers; a room that is gone stays gone.
    if (code !== "roomGone" && code !== "badRequest") setTimeout(() => this.enter(), REENTER_MS);
  }

  #askPassword() {
    if (this.#prompt?.open) return;
    const title = titleOf(this.#id);
    const { field, input } = textField({ label: "password", name: "password", max: limits().passwordLength });
    this.#prompt = openDialog({
      title: "lockedTitle",
      text: title === undefined ? "lockedTextUnknown" : "lockedText",
      ...(title === undefined ? {} : { values: { title } }),
      action: "enter",
      cancel: "back",
      fields: [field],
      submit: () => this.enter(input.value),
      cancelled: () => {
        if (!this.#closed && !this.#entered) goTo("/");
      },
    });
  }

  /** @param {number} before */
  async #loadOlder(before) {
    const answer = await askChat("older", { before });
    if (answer.ok) this.#timeline.addOlder(answer.messages, answer.more);
    else announce(t(`error.${answer.code}`, errorValues()));
  }

  /** @param {string} key */
  #forget(key) {
    this.#outbox.remove(key);
    this.#timeline.removeEntry(key);
  }

  #read() {
    if (document.hidden) return;
    this.#unread = 0;
    this.#showTitle();
  }

  #showTitle() {
    const title = this.#title.textContent || t("loading");
    document.title = `${this.#unread > 0 ? `(${this.#unread}) ` : ""}${title} · 바로 GIF`;
  }

  #build() {
    const back = h("a", { class: "round", href: "/", "data-link": true, "data-tip": true }, icon("back"));
    say(back, "back", undefined, "tLabel");
    const copy = h("button", { class: "round", type: "button", "data-tip": true }, icon("link"));
    say(copy, "copyLink", undefined, "tLabel");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(location.href);
      } catch {
        // No leave to write, or a page without TLS, where there is no clipboard: people can copy it themselves.
        prompt(t("copyLink"), location.href);
        return;
      }
      copy.classList.add("round-done");
      setTimeout(() => copy.classList.remove("round-done"), 1_200);
      announce(t("linkCopied"));
    });
    const number = h("span", { class: "people-number" });
    const toggle = h("button", {
      class: "round",
      id: "people-toggle",
      type: "button",
      "aria-expanded": "false",
    });
    toggle.append(icon("people"), number);
    say(toggle, "whoIsHere", undefined, "tLabel");
    const showAside = (/** @type {boolean} */ open) => {
      this.element.classList.toggle("room-people-open", open);
      toggle.setAttribute("aria-expanded", String(open));
    };
    toggle.addEventListener("click", () => showAside(toggle.getAttribute("aria-expanded") === "false"));
    toggle.addEventListener("keydown", ({ key }) => key === "Escape" && showAside(false));

    const heading = h("h2");
    say(heading, "whoIsHere");
    const aside = h(
      "aside",
      { class: "room-aside" },
      h("div", { class: "aside-head" }, heading, this.#count),
    );
    aside.append(this.#people);
    const head = h("div", { class: "room-head" }, back, this.#title, copy, toggle);
    const talk = h(
      "section",
      { class: "talk" },
      head,
      this.#notice,
      this.#timeline.element,
      this.#typing.element,
    );
    talk.append(this.#composer.element);
    return h("div", { class: "room" }, talk, aside, this.#files.curtain);
  }
}
