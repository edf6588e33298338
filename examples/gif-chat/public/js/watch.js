// A room, live and read-only, by nothing but EventSource: Baro puts browsers without any library into the same rooms.

/** @typedef {import("../../types.d.ts").Message} Message */

const AGAIN_MS = 5_000;
const NEAR_END_PX = 120;
/** A page that is open for days shows the newest ones. */
const SHOWN = 500;

const room = /^\/rooms\/([\w-]+)\/watch$/.exec(location.pathname)?.[1] ?? "";
const words = document.body.dataset;
const title = /** @type {HTMLElement} */ (document.getElementById("title"));
const state = /** @type {HTMLElement} */ (document.getElementById("state"));
const empty = /** @type {HTMLElement} */ (document.getElementById("empty"));
const list = /** @type {HTMLElement} */ (document.getElementById("messages"));
const enter = /** @type {HTMLAnchorElement} */ (document.getElementById("enter"));
enter.href = `/rooms/${room}`;

/** By number: what comes twice is shown once. @type {Map<number, HTMLElement>} */
const shown = new Map();

listen();

/** A browser comes back by itself and says what it has heard last; this begins anew only where that is not enough. */
function listen() {
  const source = new EventSource(`/socket.io/sse?ns=/watch&room=room:${room}`);
  /** @param {string} name @param {(data: never) => void} listener */
  const on = (name, listener) =>
    source.addEventListener(name, (event) => {
      const { data } = /** @type {MessageEvent} */ (event);
      // The browser has events of its own called "open" and "error", without data.
      if (data !== undefined) listener(/** @type {never} */ (data === "" ? undefined : JSON.parse(data)));
    });

  source.addEventListener("open", () => tell("live"));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return tell("lost");
    // Not let in: the browser does not try again by itself.
    tell("refused");
    setTimeout(listen, AGAIN_MS);
  });
  on("newest", (/** @type {{ title: string, messages: Message[] }} */ newest) => {
    title.textContent = newest.title;
    document.title = `${newest.title} · 바로 GIF`;
    // All that is shown is read anew: some of it may be deleted by now.
    list.replaceChildren();
    shown.clear();
    for (const message of newest.messages) show(message);
    empty.hidden = shown.size > 0;
    scrollTo(0, document.body.scrollHeight);
  });
  on("message", (/** @type {Message} */ message) => {
    const isNearEnd = document.body.scrollHeight - scrollY - innerHeight < NEAR_END_PX;
    show(message);
    empty.hidden = true;
    if (isNearEnd) scrollTo(0, document.body.scrollHeight);
  });
  on("deleted", (/** @type {number} */ seq) => {
    shown.get(seq)?.querySelector(".bubble")?.replaceChildren(line("words words-gone", words.deleted));
    for (const quote of list.querySelectorAll(`[data-quotes="${seq}"]`))
      quote.textContent = words.quotedGone ?? "";
  });
  // The server does not know any more where we were.
  on("gap", () => {
    source.close();
    listen();
  });
  on("closed", () => {
    source.close();
    tell("closed");
  });
}

/** @param {"live" | "lost" | "refused" | "closed"} what */
function tell(what) {
  state.dataset.state = what;
  state.textContent = words[what] ?? "";
}

/** @param {Message} message */
function show(message) {
  if (shown.has(message.seq)) return;
  const { from, text, gif, at, replyTo, quote, gone } = message;
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  if (gone) bubble.append(line("words words-gone", words.deleted));
  if (replyTo !== null) {
    const block = line("quote", quote === null ? words.quotedGone : "");
    if (quote !== null) {
      block.style.setProperty("--hue", String(quote.from.hue));
      block.append(line("quote-name", quote.from.name), line("quote-text", quote.text || words.gif));
    }
    block.dataset.quotes = String(replyTo);
    bubble.append(block);
  }
  if (gif !== null) {
    const image = new Image(gif.width, gif.height);
    image.src = gif.url;
    image.alt = `${words.gif}: ${from.name}`;
    image.className = "watch-gif";
    bubble.append(image);
  }
  if (text !== "") bubble.append(line("words", text));
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
  const under = document.createElement("div");
  under.className = "message-under";
  under.append(time);
  const element = document.createElement("li");
  element.className = "message";
  element.dataset.seq = String(message.seq);
  element.style.setProperty("--hue", String(from.hue));
  element.append(line("message-name", from.name), bubble, under);
  const next = [...shown].find(([seq]) => seq > message.seq)?.[1];
  list.insertBefore(element, next ?? null);
  shown.set(message.seq, element);
  if (shown.size > SHOWN) {
    const [oldest] = [...shown.keys()].sort((one, other) => one - other);
    if (oldest === undefined) return;
    shown.get(oldest)?.remove();
    shown.delete(oldest);
  }
}

/**
 * @param {string} kind
 * @param {string | undefined} text
 */
function line(kind, text = "") {
  const element = document.createElement(kind.startsWith("quote-") || kind === "message-name" ? "bdi" : "p");
  element.className = kind;
  element.textContent = text;
  return element;
}
