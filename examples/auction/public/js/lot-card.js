import { h } from "./dom.js";
import { paint } from "./painting.js";
import { leastBid } from "./rules.js";
import { countdown, money, t } from "./words.js";

/**
 * @typedef {import("../../types.d.ts").Lot} Lot
 * @typedef {import("../../types.d.ts").Bid} Bid
 */

/** One lot on the wall: its picture, its price, its time, and how to bid. */
export class LotCard {
  /** @type {Lot} */
  lot;
  #me;
  /** Whether I have bid on it. */
  #isMine = false;
  #isOver = false;
  #label = h("span", { class: "price-label" });
  #price = h("strong", { class: "price" });
  #leader = h("p", { class: "leader" });
  #timer = h("span", { class: "countdown", role: "timer", "aria-label": t("remaining") });
  #bar = h("span", { class: "bar", "aria-hidden": "true" });
  #time = h("p", { class: "time" }, this.#timer, this.#bar);
  #problem = h("p", { class: "problem", role: "alert" });
  #summary = h("summary");
  #list = h("ol", { class: "bids" });
  #history = h("details", { class: "history" }, this.#summary, this.#list);
  #title;
  #input;
  #form;
  element;

  /**
   * @param {Lot} lot
   * @param {string} me
   * @param {(amount: number) => Promise<string | undefined>} bid gives what is wrong with it
   */
  constructor(lot, me, bid) {
    this.lot = lot;
    this.#me = me;
    const amountId = `amount-${lot.id}`;
    this.#input = h("input", { id: amountId, inputmode: "numeric", autocomplete: "off", size: 9 });
    const button = h("button", { class: "button button-main" }, t("bid"));
    this.#form = h(
      "form",
      { class: "bid", novalidate: true },
      h("label", { class: "hidden-visually", for: amountId }, t("amount")),
      this.#input,
      button,
    );
    this.#input.addEventListener("input", () => this.#input.toggleAttribute("data-edited", true));
    this.#form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      const problem = await bid(Number(this.#input.value.replace(/[^\d]/g, "")));
      button.removeAttribute("aria-disabled");
      this.#problem.textContent = problem ?? "";
      if (problem === undefined) this.#input.removeAttribute("data-edited");
      this.#show();
    });
    const { id, title, offeredBy } = lot;
    const by = offeredBy === null ? t("house") : t("offeredBy", { name: offeredBy });
    this.#title = h("h3", { tabindex: -1 }, title);
    this.element = h(
      "li",
      { class: "lot" },
      h("div", { class: "frame" }, paint(`${title} ${id}`)),
      h("p", { class: "plate" }, `${t("number", { id })} · ${by}`),
      this.#title,
      h("p", { class: "price-line" }, this.#label, this.#price),
      this.#leader,
      this.#time,
      this.#form,
      this.#problem,
      this.#history,
    );
    this.update(lot);
  }

  get isMine() {
    return this.#isMine;
  }

  /** @param {Lot} lot */
  update(lot) {
    this.lot = lot;
    this.#isMine ||= lot.bids.some(({ by }) => by === this.#me);
    this.#show();
  }

  /**
   * Takes a bid that is newer than those that are here; says whether it is.
   * @param {Bid} bid
   */
  add(bid) {
    if (bid.number <= (this.lot.bids[0]?.number ?? 0)) return false;
    this.update({ ...this.lot, bids: [bid, ...this.lot.bids] });
    return true;
  }

  /** @param {number} now the server's time */
  tick(now) {
    const { madeAt, endsAt, closed } = this.lot;
    if (closed) return;
    const left = endsAt - now;
    this.#timer.textContent = countdown(left);
    this.#bar.style.setProperty("--left", String(Math.min(Math.max(left / (endsAt - madeAt), 0), 1)));
    this.#time.toggleAttribute("data-late", left < 20_000);
  }

  #show() {
    const { lot } = this;
    const [highest] = lot.bids;
    const isLeading = highest?.by === this.#me;
    const state = lot.closed
      ? isLeading
        ? "won"
        : "closed"
      : isLeading
        ? "leading"
        : this.#isMine
          ? "overtaken"
          : "open";
    if (lot.closed && !this.#isOver) this.#end();
    this.element.dataset.state = state;
    this.#label.textContent = t(highest === undefined ? "startPrice" : lot.closed ? "finalPrice" : "price");
    this.#price.textContent = money(highest?.amount ?? lot.start);
    this.#leader.textContent = leaderOf(state, highest);
    this.#history.hidden = highest === undefined;
    this.#summary.textContent = t("history", { count: highest?.number ?? 0 });
    this.#list.replaceChildren(
      ...lot.bids
        .slice(0, 20)
        .map(({ amount, name }) => h("li", {}, h("span", {}, name), h("span", {}, money(amount)))),
    );
    if (!this.#input.hasAttribute("data-edited")) this.#input.value = leastBid(lot).toLocaleString("en");
  }

  #end() {
    this.#isOver = true;
    // Whoever is in the form must not fall out of the page.
    if (this.#form.contains(document.activeElement)) this.#title.focus();
    for (const element of [this.#form, this.#time, this.#problem]) element.remove();
  }
}

/**
 * @param {string} state
 * @param {Bid | undefined} highest
 */
function leaderOf(state, highest) {
  if (highest === undefined) return t(state === "closed" ? "unsold" : "nobody");
  const { name } = highest;
  if (state === "won") return t("wonByMe");
  if (state === "closed") return t("wonBy", { name });
  if (state === "leading") return t("iLead");
  return t(state === "overtaken" ? "overtaken" : "leads", { name });
}
