import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { limits } from "../server/rules.js";
import { Store } from "../server/store.js";

async function openStore(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), "baro-auction-"));
  const store = new Store(join(folder, "auction.lmdb"));
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });
  return store;
}

const OFFER = { title: "a", offeredBy: null, start: 1_000, minutes: 1 };

it("takes one of many bids that come at once", async () => {
  const store = await openStore();
  const { id } = await store.add(OFFER);
  // All in one turn, before any of them is decided.
  const bids = Array.from({ length: 20 }, (_, index) =>
    store.bid(id, { amount: 5_000, by: `${index}`, name: "a" }),
  );
  const decided = await Promise.allSettled(bids);
  const taken = decided.filter(({ status }) => status === "fulfilled");
  expect(taken).toHaveLength(1);
  expect(store.lots()[0]?.bids).toHaveLength(1);
  for (const each of decided) {
    if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "tooLow", status: 409 });
  }
});

it("keeps the newest bids, and the newest of what is sold", async () => {
  const store = await openStore();
  const { id } = await store.add(OFFER);
  for (let count = 1; count <= limits.bidsPerLot + 5; count += 1) {
    await store.bid(id, { amount: count * 10_000, by: `${count}`, name: "a" });
  }
  const [lot] = store.lots();
  expect(lot?.bids).toHaveLength(limits.bidsPerLot);
  expect(lot?.bids[0]?.number).toBe(limits.bidsPerLot + 5);
  // What has no time is over at once.
  for (let count = 0; count < limits.closedLots + 10; count += 1) {
    await store.add({ ...OFFER, minutes: 0 });
    await store.closeDue();
  }
  expect(store.lots().filter(({ closed }) => closed).length).toBe(limits.closedLots);
  expect(store.lots().some((each) => each.id === id)).toBe(true);
});
