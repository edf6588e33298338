import { announce, find } from "./dom.js";
import { LotCard } from "./lot-card.js";
import { money, t, timeOfDay } from "./words.js";

/**
 * @typedef {import("../../types.d.ts").AuctionEvents} AuctionEvents
 * @typedef {import("../../types.d.ts").Lot} Lot
 */

const { base = "", bidder = "" } = document.documentElement.dataset;
const [open, sold] = [find("#open", HTMLElement), find("#sold", HTMLElement)];
const [empty, badge] = [find("#empty", HTMLElement), find("#badge", HTMLElement)];
const clock = find("#clock", HTMLTimeElement);
const name = find("#name", HTMLInputElement);
/** Lots that are over, and still shown. */
const SHOWN = 6;

/** @type {Map<number, LotCard>} */
const cards = new Map();
let now = Date.now();

// --- what the server tells

const source = new EventSource(`${base}/events`);
source.onopen = () => showState("connected");
// The browser comes back by itself, and says what it has heard last.
source.onerror = () => showState("reconnecting");

/**
 * @template {keyof AuctionEvents} Name
 * @param {Name} event
 * @param {(data: AuctionEvents[Name]) => void} listener
 */
const on = (event, listener) => source.addEventListener(event, ({ data }) => listener(JSON.parse(data)));

on("lots", ({ lots }) => {
  const told = new Set(lots.map(({ id }) => id));
  for (const [id, card] of cards) if (!told.has(id)) remove(id, card);
  for (const lot of lots) put(lot);
  arrange();
});

on("lot", (lot) => {
  const [highest] = lot.bids;
  if (lot.closed && cards.get(lot.id)?.lot.closed === false) {
    const values = { title: lot.title, name: highest?.name ?? "", money: money(highest?.amount ?? 0) };
    announce(t(highest === undefined ? "saidUnsold" : "saidWon", values));
  }
  put(lot);
  arrange();
});

on("bid", ({ lot, bid }) => {
  const card = cards.get(lot);
  if (card === undefined || !card.add(bid)) return;
  // Who does not take part is not told of each bid.
  if (card.isMine && bid.by !== bidder) {
    announce(t("saidBid", { title: card.lot.title, name: bid.name, money: money(bid.amount) }));
  }
});

on("time", (time) => {
  now = time.now;
  clock.textContent = timeOfDay(now);
  for (const card of cards.values()) card.tick(now);
});

/** @param {"connected" | "reconnecting"} state */
function showState(state) {
  badge.dataset.state = state;
  badge.textContent = t(state);
}

/** @param {Lot} lot */
function put(lot) {
  const card = cards.get(lot.id);
  if (card !== undefined) card.update(lot);
  else cards.set(lot.id, new LotCard(lot, bidder, (amount) => post(`/lots/${lot.id}/bids`, { amount })));
  cards.get(lot.id)?.tick(now);
}

/**
 * @param {number} id
 * @param {LotCard} card
 */
function remove(id, card) {
  card.element.remove();
  cards.delete(id);
}

/** Those that end first come first; of those that are over, the last. */
function arrange() {
  const all = [...cards.values()];
  const running = all
    .filter(({ lot }) => !lot.closed)
    .sort((one, other) => one.lot.endsAt - other.lot.endsAt);
  const over = all.filter(({ lot }) => lot.closed).sort((one, other) => other.lot.endsAt - one.lot.endsAt);
  for (const card of over.slice(SHOWN)) remove(card.lot.id, card);
  place(open, running);
  place(sold, over.slice(0, SHOWN));
  empty.hidden = over.length > 0;
}

/**
 * Moves what stands elsewhere alone, and with it whoever is in it.
 * @param {HTMLElement} list
 * @param {readonly LotCard[]} wanted
 */
function place(list, wanted) {
  for (const [index, { element }] of wanted.entries()) {
    if (list.children[index] === element) continue;
    const focused = element.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(element, list.children[index] ?? null);
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }
}

// --- what the visitor says

/**
 * Gives what is wrong, in the visitor's language.
 * @param {string} path
 * @param {object} body
 * @returns {Promise<string | undefined>}
 */
async function post(path, body) {
  try {
    const response = await fetch(base + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: name.value, ...body }),
    });
    return response.ok ? undefined : (await response.json()).message;
  } catch {
    return t("noAnswer");
  }
}

name.value =
  localStorage.getItem("baro-auction-name") ?? t("guest", { tag: bidder.slice(0, 4).toUpperCase() });
name.addEventListener("change", () => localStorage.setItem("baro-auction-name", name.value));

const offer = find("#offer", HTMLFormElement);
offer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { title, start, minutes } = Object.fromEntries(new FormData(offer));
  const problem = await post("/lots", {
    title,
    start: Number(String(start).replace(/[^\d]/g, "")),
    minutes: Number(minutes),
  });
  find("#offer-problem", HTMLElement).textContent = problem ?? "";
  if (problem !== undefined) return;
  offer.reset();
  find("#offering", HTMLDetailsElement).open = false;
});

find("#language", HTMLButtonElement).addEventListener("click", () => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in Safari and Firefox of last year
  document.cookie = `baro-language=${t("otherLanguage")}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});
