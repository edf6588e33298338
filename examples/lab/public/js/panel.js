import { now } from "./clock.js";
import { Delays } from "./delays.js";
import { find, sayBytes } from "./dom.js";
import { say } from "./i18n.js";
import { Timeline } from "./timeline.js";

/**
 * @typedef {import("../../types.d.ts").Mark} Mark
 * @typedef {import("../../types.d.ts").Technique} Technique
 * @typedef {import("./techniques/technique.d.ts").State} State
 */

const LOGGED = 5;

/** One technique: what it does, what crosses its wire, and what that costs. */
export class Panel {
  technique;
  timeline;
  #start;
  #element;
  #toggle;
  #log;
  #delays;
  #url = "";
  /** @type {{ close(): void } | undefined} */
  #running;
  /** Which connection is the latest. */
  #attempt = {};
  /** @type {State} */
  #state = "CLOSED";
  #messages = 0;
  #missed = 0;
  #bytes = 0;
  #requests = 0;
  /** The last message: which run of the server, and its number. */
  #heard = { run: "", n: 0 };

  /**
   * @param {Technique} technique
   * @param {import("./techniques/technique.d.ts").Start} start
   */
  constructor(technique, start) {
    this.technique = technique;
    this.#start = start;
    this.#element = find(`#panel-${technique}`, HTMLElement);
    this.timeline = new Timeline(find(".timeline svg", SVGSVGElement, this.#element));
    this.#delays = new Delays(find(".delays svg", SVGSVGElement, this.#element));
    this.#log = find(".log", HTMLElement, this.#element);
    this.#toggle = find(".toggle", HTMLButtonElement, this.#element);
    this.#toggle.addEventListener("click", () => {
      if (this.#isOn) this.close();
      else this.connect();
    });
  }

  /**
   * Begins anew at another wire.
   * @param {string} url
   */
  restart(url) {
    this.close();
    this.#url = url;
    this.#messages = 0;
    this.#missed = 0;
    this.#heard = { run: "", n: 0 };
    this.#log.replaceChildren();
    this.timeline.clear();
    this.#figure("messages", "0");
    this.#figure("missed", "0");
    this.#figure("delay", "–");
    this.#delays.clear();
    this.connect();
  }

  connect() {
    this.#running?.close();
    const attempt = {};
    this.#attempt = attempt;
    // A WebSocket says later that it has closed, perhaps when the next one is there.
    /** @type {(report: () => void) => void} */
    const ifCurrent = (report) => {
      if (this.#attempt === attempt) report();
    };
    this.#running = this.#start(this.#url, {
      state: (state) => ifCurrent(() => this.#showState(state)),
      news: (news) => ifCurrent(() => this.#hear(news)),
      address: (address) => ifCurrent(() => this.#showAddress(address)),
      carrier: (name) => ifCurrent(() => this.#figure("carrier", name)),
    });
    this.#showState(this.#state);
  }

  close() {
    this.#running?.close();
    this.#running = undefined;
    this.#showState(this.#state);
  }

  /** @param {Mark} mark */
  show(mark) {
    this.timeline.draw(mark);
    if (mark.kind === "end") return;
    const line = document.createElement("li");
    line.className = `${mark.way} ${mark.kind}`;
    const label = document.createElement("code");
    label.textContent = mark.kind === "refused" || mark.kind === "cut" ? `✕ ${mark.kind}` : mark.label;
    const bytes = document.createElement("span");
    bytes.textContent = mark.bytes > 0 ? sayBytes(mark.bytes) : "";
    line.append(label, bytes);
    this.#log.append(line);
    while (this.#log.childElementCount > LOGGED) this.#log.firstElementChild?.remove();
  }

  /** @param {import("../../types.d.ts").Totals} totals */
  count({ up, down, requests }) {
    this.#bytes = up + down;
    this.#requests = requests;
    this.#figure("up", sayBytes(up));
    this.#figure("down", sayBytes(down));
    this.#figure("requests", String(requests));
  }

  /** Up and down. */
  get bytes() {
    return this.#bytes;
  }

  get requests() {
    return this.#requests;
  }

  /** Bytes of one message, with all that was around it. */
  get bytesEach() {
    return this.#messages === 0 ? undefined : this.#bytes / this.#messages;
  }

  get #isOn() {
    return this.#running !== undefined && !(this.technique === "websocket" && this.#state === "CLOSED");
  }

  /** @param {State} state */
  #showState(state) {
    this.#state = state;
    for (const item of this.#element.querySelectorAll(".states li")) {
      if (item instanceof HTMLElement && item.dataset.state === state)
        item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    }
    say(this.#toggle, this.#isOn ? "close" : "connect");
  }

  /** @param {import("../../types.d.ts").SeenAddress} address */
  #showAddress({ client, forwarded, socket }) {
    const key = forwarded === null ? "seen" : "seenForwarded";
    say(find("[data-figure=address]", HTMLElement, this.#element), key, { client, socket });
  }

  /** @param {import("../../types.d.ts").News} news */
  #hear({ run, n, at }) {
    if (this.#heard.run === run) this.#missed += Math.max(0, n - this.#heard.n - 1);
    this.#heard = { run, n };
    this.#messages += 1;
    this.#figure("messages", String(this.#messages));
    this.#figure("missed", String(this.#missed));
    const delay = Math.max(0, Math.round(now() - at));
    this.#figure("delay", `${delay.toLocaleString("en")} ms`);
    this.#delays.add(delay);
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  #figure(name, text) {
    const element = find(`[data-figure=${name}]`, HTMLElement, this.#element);
    if (element.textContent !== text) element.textContent = text;
  }
}
