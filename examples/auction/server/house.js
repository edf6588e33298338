import { createChannel } from "baro/sse";

/** What the house itself offers, one after the other. */
const CATALOGUE = [
  { title: "항구의 달 · Moon over the Harbour", start: 12_000, minutes: 3 },
  { title: "오후 네 시 · Four in the Afternoon", start: 8_000, minutes: 5 },
  { title: "첫눈 · First Snow", start: 30_000, minutes: 10 },
  { title: "귤과 그림자 · Tangerines with Shadow", start: 5_000, minutes: 3 },
  { title: "남쪽 바다 · The South Sea", start: 20_000, minutes: 5 },
  { title: "오래된 골목 · The Old Alley", start: 9_000, minutes: 10 },
  { title: "고양이가 있는 방 · Room with a Cat", start: 15_000, minutes: 5 },
  { title: "장마 · The Long Rain", start: 7_000, minutes: 3 },
];
/** So many lots are up while somebody is here. */
const ALWAYS = 3;

/**
 * What goes on in the auction: who tells whom, and when the hammer falls.
 */
export class House {
  /** What is told is kept for a while, for those who lost their connection. */
  channel = /** @type {import("baro/sse").Channel<import("../types.d.ts").AuctionEvents>} */ (
    createChannel({ history: true })
  );
  /** The time is told, and not kept. */
  clock = /** @type {import("baro/sse").Channel<import("../types.d.ts").AuctionEvents>} */ (createChannel());
  #store;
  #timer;
  /** @type {Promise<void> | undefined} */
  #looking;

  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.#store = store;
    this.#timer = setInterval(() => {
      this.clock.broadcast("time", { now: Date.now() });
      this.#look();
    }, 1_000).unref();
  }

  /**
   * Answers a request with everything that happens from now on.
   * @param {import("baro/sse").EventStream<import("../types.d.ts").AuctionEvents>} stream
   */
  receive(stream) {
    // Who is new, or was away for too long, is told everything.
    if (!stream.join(this.channel)) stream.send("lots", { now: Date.now(), lots: this.#store.lots() });
    stream.join(this.clock);
    stream.send("time", { now: Date.now() });
    this.#look();
  }

  /** @param {Parameters<import("./store.js").Store["add"]>[0]} offer */
  async offer(offer) {
    const lot = await this.#store.add(offer);
    this.channel.broadcast("lot", lot);
    return lot;
  }

  /**
   * @param {number} id
   * @param {Parameters<import("./store.js").Store["bid"]>[1]} offer
   */
  async bid(id, offer) {
    const bid = await this.#store.bid(id, offer);
    this.channel.broadcast("bid", { lot: id, bid });
    return bid;
  }

  /** Answers what was asked for, then ends all streams. */
  async close() {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#store.close();
    this.channel.close();
    this.clock.close();
  }

  /** Looks what there is to do; nothing where that is being done already. */
  #look() {
    this.#looking ??= this.#closeAndFill()
      // The next look tries again.
      .catch((error) => console.error(error))
      .then(() => {
        this.#looking = undefined;
      });
  }

  /** The house puts nothing up while nobody is here. */
  async #closeAndFill() {
    for (const lot of await this.#store.closeDue()) this.channel.broadcast("lot", lot);
    const lots = this.#store.lots();
    const up = new Set(lots.filter(({ closed }) => !closed).map(({ title }) => title));
    const turn = (lots[0]?.id ?? 0) % CATALOGUE.length;
    for (const each of [...CATALOGUE.slice(turn), ...CATALOGUE.slice(0, turn)]) {
      if (this.channel.size === 0 || up.size >= ALWAYS) break;
      if (up.has(each.title)) continue;
      await this.offer({ ...each, offeredBy: null });
      up.add(each.title);
    }
  }
}
