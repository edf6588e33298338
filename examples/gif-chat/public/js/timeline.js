import { jumpButton, messageBubble, notice, pendingBubble } from "./bubble.js";
import { creature } from "./creature.js";
import { announce, h } from "./dom.js";
import { say, t } from "./i18n.js";
import { walkByKeys } from "./message-keys.js";
import { emptyQuote } from "./quote.js";
import { me } from "./session.js";

/**
 * @typedef {import("../../types.d.ts").Message} Message
 * @typedef {import("../../types.d.ts").Person} Person
 * @typedef {import("./outbox.js").Entry} Entry
 */

/** Messages of one person within this time stand together under one name. */
const TOGETHER_MS = 5 * 60 * 1_000;
const NEAR_END_PX = 80;
/** A page that is open for days shows the newest ones; the older ones can be loaded again. */
const SHOWN = 1_000;
/** Older messages are fetched when the first one is so near, before one sees that it is the first. */
const AHEAD_PX = 800;

/**
 * The conversation: messages by their number, notices where they happened, and at the end what is on its way.
 */
export class Timeline {
  #list = h("ol", { class: "timeline-list" });
  #pending = h("ol", { class: "timeline-list timeline-pending" });
  #older = h("button", { class: "button older", type: "button", hidden: true });
  #jump = jumpButton();
  #empty = emptyRoom();
  #scroller;
  /** @type {Map<number, { message: Message, element: HTMLElement }>} */
  #messages = new Map();
  /** @type {Promise<boolean> | undefined} */
  #loading;
  #ahead;
  /** @type {Map<string, ReturnType<typeof pendingBubble>>} */
  #entries = new Map();
  #last = 0;
  #actions;
  element;

  /**
   * @param {{
   *   older: (before: number) => Promise<boolean>, reply: (message: Message) => void, delete: (message: Message) => void,
   *   retry: (entry: Entry) => void, takeBack: (entry: Entry) => void, discard: (entry: Entry) => void,
   * }} actions `older` says whether it has brought any
   */
  constructor(actions) {
    this.#actions = actions;
    say(this.#older, "older");
    this.#older.addEventListener("click", () => this.#load());
    this.#scroller = h("div", { class: "timeline", role: "log", tabindex: "0" }, this.#older, this.#empty);
    say(this.#scroller, "messages", undefined, "tLabel");
    this.#scroller.append(this.#list, this.#pending);
    walkByKeys(this.#scroller, this.#list);
    this.#ahead = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting && !this.#older.hidden) this.#load();
      },
      { root: this.#scroller, rootMargin: `${AHEAD_PX}px 0px 0px` },
    );
    this.#scroller.addEventListener("scroll", () => {
      if (this.#isNearEnd()) this.#jump.hidden = true;
    });
    this.#jump.addEventListener("click", () => this.#scrollToEnd("smooth"));
    // The keyboard of a phone makes the box smaller: stay with the newest message.
    let nearEnd = true;
    this.#scroller.addEventListener("scroll", () => {
      nearEnd = this.#isNearEnd();
    });
    new ResizeObserver(() => {
      if (nearEnd) this.#scrollToEnd();
    }).observe(this.#scroller);
    this.element = h("div", { class: "timeline-box" }, this.#scroller, this.#jump);
  }

  /** The highest number that is shown; 0 when there is none. */
  get last() {
    return this.#last;
  }

  /**
   * Shows messages, each once, in their order.
   * @param {readonly Message[]} messages
   * @param {{ jump?: boolean }} [how] jump: to the end whatever was on the screen
   */
  add(messages, { jump = false } = {}) {
    const stay = jump || this.#isNearEnd();
    let news = false;
    for (const message of messages) {
      this.#entries.get(message.key)?.element.remove();
      this.#entries.delete(message.key);
      if (this.#messages.has(message.seq)) continue;
      const mine = message.from.id === me().id;
      const element = this.#bubble(message);
      const next = this.#after(message.seq);
      this.#list.insertBefore(element, next);
      this.#messages.set(message.seq, { message, element });
      this.#last = Math.max(this.#last, message.seq);
      this.#group(element);
      if (next instanceof HTMLElement) this.#group(next);
      news ||= !mine;
    }
    this.#settle(stay, news);
  }

  /**
   * Older messages, above; what one reads stays where it is.
   * @param {readonly Message[]} messages
   * @param {boolean} more
   */
  addOlder(messages, more) {
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    for (const message of messages) {
      if (this.#messages.has(message.seq)) continue;
      const element = this.#bubble(message);
      this.#list.insertBefore(element, this.#after(message.seq));
      this.#messages.set(message.seq, { message, element });
    }
    for (const { element } of this.#messages.values()) this.#group(element);
    this.setMore(more);
    this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
  }

  /** @param {boolean} more there are older messages to load */
  setMore(more) {
    this.#older.hidden = !more;
    // Observed anew, it tells at once where it stands.
    this.#ahead.unobserve(this.#older);
    if (more) this.#ahead.observe(this.#older);
  }

  /** A message was deleted: its place stays, and so does what one reads. @param {number} seq */
  erase(seq) {
    for (const block of this.element.querySelectorAll(`[data-quotes="${seq}"]`)) {
      emptyQuote(/** @type {HTMLElement} */ (block));
    }
    const shown = this.#messages.get(seq);
    if (shown === undefined || shown.message.gone) return;
    const { scrollHeight, scrollTop } = this.#scroller;
    const isAbove = shown.element.getBoundingClientRect().top < this.#scroller.getBoundingClientRect().top;
    const hadFocus = shown.element.contains(document.activeElement);
    const message = {
      ...shown.message,
      text: "",
      gif: null,
      replyTo: null,
      gone: /** @type {const} */ (true),
    };
    const element = this.#bubble(message);
    shown.element.replaceWith(element);
    this.#messages.set(seq, { message, element });
    this.#group(element);
    if (hadFocus) element.focus({ preventScroll: true });
    if (isAbove) this.#scroller.scrollTop = scrollTop + this.#scroller.scrollHeight - scrollHeight;
  }

  /** Brings a message into view, also one that is not loaded yet. @param {number} seq */
  async reveal(seq) {
    while (!this.#messages.has(seq) && !this.#older.hidden) if (!(await this.#load())) return;
    const element = this.#messages.get(seq)?.element;
    if (element === undefined) return;
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
    element.classList.remove("message-shown");
    requestAnimationFrame(() => element.classList.add("message-shown"));
  }

  /** Too much was missed to join on: start anew with what comes next. */
  clear() {
    this.setMore(false);
    this.#list.replaceChildren();
    this.#messages.clear();
    this.#last = 0;
  }

  /**
   * @param {"cameIn" | "left"} key
   * @param {Person} person
   */
  notice(key, person) {
    const stay = this.#isNearEnd();
    this.#list.append(notice(key, person));
    this.#settle(stay, false);
    announce(t(key, { name: person.name }));
  }

  /** @param {Entry} entry that is on its way, or whose state has changed */
  showEntry(entry) {
    const shown = this.#entries.get(entry.key);
    if (shown !== undefined) {
      shown.update(entry);
      return;
    }
    const bubble = pendingBubble(entry, me(), {
      retry: () => this.#actions.retry(entry),
      takeBack: () => this.#actions.takeBack(entry),
      discard: () => this.#actions.discard(entry),
    });
    this.#entries.set(entry.key, bubble);
    this.#pending.append(bubble.element);
    this.#settle(true, false);
  }

  /** @param {string} key */
  removeEntry(key) {
    this.#entries.get(key)?.element.remove();
    this.#entries.delete(key);
    this.#settle(this.#isNearEnd(), false);
  }

  close() {
    this.#ahead.disconnect();
  }

  /** Fetches older messages, once at a time. */
  #load() {
    this.#loading ??= (async () => {
      this.#older.disabled = true;
      say(this.#older, "loadingOlder");
      const any = await this.#actions.older(Math.min(...this.#messages.keys()));
      this.#older.disabled = false;
      say(this.#older, "older");
      this.#loading = undefined;
      return any;
    })();
    return this.#loading;
  }

  /** @param {Message} message */
  #bubble(message) {
    return messageBubble(message, message.from.id === me().id, {
      reply: this.#actions.reply,
      delete: this.#actions.delete,
      show: (seq) => this.reveal(seq),
    });
  }

  /**
   * The element before which a message of this number stands. Messages come in order nearly always, so the search
   * starts at the end; notices stay behind the message after which they happened.
   * @param {number} seq
   * @returns {Element | null}
   */
  #after(seq) {
    if (seq > this.#last) return null;
    let next = null;
    for (
      let element = this.#list.lastElementChild;
      element !== null;
      element = element.previousElementSibling
    ) {
      const other = Number(/** @type {HTMLElement} */ (element).dataset.seq ?? Number.NaN);
      if (other < seq) break;
      if (other > seq) next = element;
    }
    return next;
  }

  /** @param {HTMLElement} element */
  #group(element) {
    const before = element.previousElementSibling;
    const together =
      before instanceof HTMLElement &&
      before.dataset.from !== undefined &&
      before.dataset.from === element.dataset.from &&
      Number(element.dataset.at) - Number(before.dataset.at) < TOGETHER_MS;
    element.classList.toggle("message-together", together);
  }

  /**
   * @param {boolean} stay at the end
   * @param {boolean} news
   */
  #settle(stay, news) {
    if (stay) this.#trim();
    this.#empty.hidden = this.#messages.size > 0 || this.#entries.size > 0;
    if (stay) this.#scrollToEnd();
    else if (news) this.#jump.hidden = false;
  }

  #trim() {
    while (this.#messages.size > SHOWN) {
      const first = /** @type {HTMLElement} */ (this.#list.firstElementChild);
      if (first.dataset.seq !== undefined) this.#messages.delete(Number(first.dataset.seq));
      first.remove();
      this.setMore(true);
    }
  }

  #isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  /** @param {ScrollBehavior} [behavior] */
  #scrollToEnd(behavior = "instant") {
    this.#scroller.scrollTo({ top: this.#scroller.scrollHeight, behavior });
    this.#jump.hidden = true;
  }
}

function emptyRoom() {
  const title = h("h3");
  say(title, "emptyTitle");
  const text = h("p");
  say(text, "emptyText");
  return h("div", { class: "quiet" }, creature({ id: "quiet-3", name: "", hue: 40 }), title, text);
}
