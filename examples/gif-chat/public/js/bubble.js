import { creature } from "./creature.js";
import { h, icon } from "./dom.js";
import { GifPlayer } from "./gif-player.js";
import { say, sayTime } from "./i18n.js";
import { quoteBlock } from "./quote.js";
import { errorValues } from "./session.js";

/**
 * @typedef {import("../../types.d.ts").Message} Message
 * @typedef {import("../../types.d.ts").Person} Person
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {{ reply: (message: Message) => void, delete: (message: Message) => void, show: (seq: number) => void }} MessageActions
 */

const GIF_WIDTH = 380;
const GIF_HEIGHT = 340;
/** A small GIF may grow, but not into mush. */
const GROWTH = 2;
/** Below this there is no place for the mark that says "GIF". */
const MARK_WIDTH = 64;

/**
 * @param {Message} message
 * @param {boolean} mine
 * @param {MessageActions} actions
 */
export function messageBubble(message, mine, actions) {
  const { from, text, gif, at, seq, replyTo, quote, gone } = message;
  const bubble = frame(from, mine, at);
  bubble.element.dataset.seq = String(seq);
  bubble.element.tabIndex = -1;
  if (gone) {
    const line = h("p", { class: "words words-gone" });
    say(line, "deleted");
    bubble.body.append(line);
    return bubble.element;
  }
  bubble.element.append(toolbar(message, actions));
  if (replyTo !== null) bubble.body.append(quoteBlock(quote, replyTo, () => actions.show(replyTo)));
  if (gif !== null) bubble.body.append(gifFrame(gif, from, bubble.body));
  if (text !== "") bubble.body.append(words(text));
  return bubble.element;
}

/**
 * A message that is on its way.
 * @param {Entry} entry
 * @param {Person} me
 * @param {{ retry: () => void, takeBack: () => void, discard: () => void }} actions
 */
export function pendingBubble(entry, me, actions) {
  const { element, body, under } = frame(me, true, entry.at);
  element.classList.add("message-pending");
  element.dataset.key = entry.key;
  if (entry.reply !== null) body.append(quoteBlock(entry.reply, entry.reply.seq));
  const progress = h("progress", { class: "upload-progress", max: 100, value: 0 });
  if (entry.gif !== null) {
    const { preview, width, height } = entry.gif;
    const box = gifFrame({ url: preview, width, height }, me, body);
    box.append(progress);
    body.append(box);
  }
  if (entry.text !== "") body.append(words(entry.text));

  const status = h("span", { class: "message-status" });
  const buttons = h("span", { class: "message-actions" });
  for (const [key, action] of /** @type {const} */ ([
    ["tryAgain", actions.retry],
    ["takeBack", actions.takeBack],
    ["discard", actions.discard],
  ])) {
    const button = h("button", { type: "button", onclick: action });
    say(button, key);
    buttons.append(button);
  }
  under.prepend(status);
  under.append(buttons);

  /** @param {Entry} now */
  const update = ({ state, percent, code, gif }) => {
    element.dataset.state = state;
    buttons.hidden = state !== "failed";
    progress.value = percent;
    progress.hidden = state !== "sending" || gif?.file === undefined;
    if (state === "failed") say(status, `error.${code ?? "internal"}`, errorValues());
    else if (state === "waiting") say(status, code === "tooFast" ? "waitingTooFast" : "waiting");
    else if (gif?.file === undefined) say(status, "sending");
    else say(status, "uploading", { percent });
  };
  update(entry);
  return { element, update };
}

/**
 * What one can do with a message. It is out of the order of tabs until the message itself has the focus, or the way
 * through a long conversation would be long.
 * @param {Message} message
 * @param {MessageActions} actions
 */
function toolbar(message, actions) {
  const bar = h("div", { class: "message-tools" });
  for (const [key, picture, action] of /** @type {const} */ ([
    ["reply", "reply", actions.reply],
    ["delete", "trash", actions.delete],
  ])) {
    const button = h(
      "button",
      { type: "button", class: `message-${key}`, tabindex: "-1", "data-tip": true },
      icon(picture),
    );
    say(button, key, undefined, "tLabel");
    button.addEventListener("click", () => action(message));
    bar.append(button);
  }
  return bar;
}

/**
 * "Came in" and "left".
 * @param {import("./i18n.js").Key} key
 * @param {Person} person
 */
export function notice(key, person) {
  const line = h("span");
  say(line, key, { name: person.name });
  return h("li", { class: "notice" }, creature(person), line);
}

/**
 * @param {Person} from
 * @param {boolean} mine
 * @param {number} at
 */
function frame(from, mine, at) {
  const time = h("time");
  sayTime(time, at);
  const body = h("div", { class: "bubble" });
  const under = h("div", { class: "message-under" }, time);
  const name = h("bdi", { class: "message-name" }, from.name);
  const element = h("li", { class: mine ? "message message-mine" : "message" });
  element.dataset.from = from.id;
  element.dataset.at = String(at);
  element.style.setProperty("--hue", String(from.hue));
  element.append(h("div", { class: "message-face" }, creature(from)), name, body, under);
  return { element, body, under };
}

/** @param {string} text */
function words(text) {
  return h("p", { class: isOnlyEmoji(text) ? "words words-emoji" : "words", dir: "auto" }, text);
}

/** @param {string} text */
function isOnlyEmoji(text) {
  // Flags, families and skin tones are several code points each, joined by what is no picture itself.
  return (
    text.length <= 24 &&
    /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|\u200d|\ufe0f|\s)+$/u.test(text)
  );
}

/**
 * The box has its size before the first byte of the GIF is here: nothing jumps.
 * @param {{ url: string, width: number, height: number }} gif
 * @param {Person} from
 * @param {HTMLElement} body takes the measures, for the caption is no wider than its GIF
 */
function gifFrame({ url, width, height }, from, body) {
  const scale = Math.min(GIF_WIDTH / width, GIF_HEIGHT / height, GROWTH);
  const image = h("img", { src: url, width, height, decoding: "async", draggable: "false" });
  // `alt` is an attribute, and dir/bdi cannot help inside it: the server has taken direction overrides out of names.
  say(image, "gifFrom", { name: from.name }, "tLabel");
  image.setAttribute("role", "img");
  const mark = h("button", { class: "gif-mark", type: "button", tabindex: "-1" }, "GIF");
  const box = h("div", { class: "gif" }, image, mark);
  new GifPlayer(box, image, mark);
  body.style.setProperty("--gif-width", `${Math.max(MARK_WIDTH, Math.round(width * scale))}px`);
  body.style.setProperty("--gif-ratio", `${width} / ${height}`);
  image.addEventListener("load", () => box.classList.add("gif-loaded"));
  image.addEventListener("error", () => box.classList.add("gif-broken"));
  return box;
}

export function jumpButton() {
  const label = h("span");
  say(label, "newMessages");
  return h("button", { class: "jump", type: "button", hidden: true }, icon("down"), label);
}
