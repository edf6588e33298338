import { Composer } from "./composer.js";
import { askChat, chat } from "./connection.js";
import { openDialog, textField } from "./dialog.js";
import { announce, find, h } from "./dom.js";
import { takeFiles } from "./drop.js";
import { say, t } from "./i18n.js";
import { titleOf } from "./lobby.js";
import { showMe } from "./me.js";
import { keepTicket, ticketOf } from "./memory.js";
import { Outbox } from "./outbox.js";
import { PeopleList } from "./people-list.js";
import { roomHead } from "./room-head.js";
import { goTo } from "./router.js";
import { becomeRenamed, errorValues, limits, me } from "./session.js";
import { Timeline } from "./timeline.js";
import { Typing } from "./typing.js";

/**
 * @typedef {import("../../types.d.ts").Message} Message
 * @typedef {import("../../types.d.ts").Person} Person
 */

const REENTER_MS = 1_500;
/** A full room empties, a slow server answers; these stay as they are. */
const LASTING = new Set(["roomGone", "badRequest", "roomClosed", "removed"]);

/** The room that is open. The sockets live longer than a room, so they are listened to once. @type {Room | undefined} */
let current;
chat.on("connect", () => current?.enter());
chat.on("disconnect", () => current?.lose());
chat.on("message", (message) => current?.receive(message));
chat.on("people", (people) => current?.showPeople(people));
chat.on("came", (person) => current?.notice("cameIn", person));
chat.on("left", (person) => current?.notice("left", person));
chat.on("deleted", (id, seq) => current?.erase(id, seq));
chat.on("closed", (id) => current?.putOut(id, "roomClosed"));
chat.on("removed", (id) => current?.putOut(id, "removed"));
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
  #head = roomHead(this.#title, (open) => this.element.classList.toggle("room-people-open", open));
  #people = new PeopleList({
    remove: (person) => this.#askRemove(person),
    close: () => this.#askClose(),
  });
  #notice = h("p", { class: "room-notice", role: "alert", hidden: true });
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
      reply: (message) => this.#composer.reply(message),
      delete: (message) => this.#askDelete(message),
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
      send: (text, gif, reply) => this.#outbox.send(text, gif, reply),
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
    const self = people.find(({ id }) => id === me().id);
    if (self !== undefined && self.name !== me().name) {
      becomeRenamed(self);
      showMe();
    }
    this.#people.show(people);
    this.#head.setCount(people.length);
  }

  /**
   * A message was deleted.
   * @param {string} id of the room
   * @param {number} seq
   */
  erase(id, seq) {
    if (id !== this.#id) return;
    this.#early = this.#early.filter((message) => message.seq !== seq);
    this.#timeline.erase(seq);
    this.#composer.forget(seq);
  }

  /**
   * The owner has closed the room, or has removed this person.
   * @param {string} id of the room
   * @param {"roomClosed" | "removed"} code
   */
  putOut(id, code) {
    if (id !== this.#id || !this.#entered) return;
    this.lose();
    this.#becomeRefused(code, false);
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
    this.#timeline.close();
    this.#typing.clear();
    if (this.#entered || this.#entering) askChat("leave", {});
  }

  /** @param {import("../../types.d.ts").Entered} entered */
  #becomeEntered({ room, people, messages, gone, more, gap, ticket }) {
    keepTicket(this.#id, ticket);
    this.#prompt?.close();
    this.#notice.hidden = true;
    this.#title.textContent = room.title;
    this.#people.setRoom(room);
    this.element.classList.toggle("room-owned", room.owner === me().id);
    this.#showTitle();
    if (gap) this.#timeline.clear();
    if (gap || !this.#wasIn) this.#timeline.setMore(more);
    const first = !this.#wasIn;
    this.#wasIn = true;
    this.#entered = true;
    this.element.classList.remove("room-away", "room-closed");
    for (const seq of gone) this.erase(room.id, seq);
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
    if (!LASTING.has(code)) setTimeout(() => this.enter(), REENTER_MS);
    else this.#composer.element.inert = true;
  }

  /** @param {Message} message */
  #askDelete({ seq }) {
    this.#prompt = openDialog({
      title: "deleteTitle",
      text: "deleteText",
      action: "delete",
      fields: [],
      submit: () => askChat("delete", { seq }),
    });
  }

  /** @param {Person} person */
  #askRemove({ id, name }) {
    this.#prompt = openDialog({
      title: "removeTitle",
      text: "removeText",
      values: { name },
      action: "remove",
      fields: [],
      submit: () => askChat("remove", { person: id }),
    });
  }

  #askClose() {
    this.#prompt = openDialog({
      title: "closeTitle",
      text: "closeText",
      action: "closeRoom",
      fields: [],
      submit: () => askChat("close", {}),
    });
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
    return answer.ok;
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
    const talk = h(
      "section",
      { class: "talk" },
      this.#head.element,
      this.#notice,
      this.#timeline.element,
      this.#typing.element,
      this.#composer.element,
    );
    this.#people.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.#head.fold());
    this.#head.element.addEventListener("keydown", ({ key }) => key === "Escape" && this.#head.fold());
    return h("div", { class: "room" }, talk, this.#people.element, this.#files.curtain);
  }
}
