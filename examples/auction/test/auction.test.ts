import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { TestAuction } from "./support/test-auction.ts";

let auction: TestAuction;
beforeEach(async () => {
  auction = await TestAuction.start();
});
afterEach(() => auction.end());

/** Holds the time of day, and the second hand; sockets and the disk go on. */
function holdTime(): { pass(milliseconds: number): void } {
  vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  return { pass: (milliseconds) => void vi.advanceTimersByTime(milliseconds) };
}

describe("the auction", () => {
  it("tells newcomers what is up, until when, and what time it is", async () => {
    const visitor = await auction.visitor();
    expect([...visitor.lots.keys()]).toEqual([1, 2, 3]);
    await visitor.until(({ now }) => now > 0);
    for (const { endsAt, closed, bids, start } of visitor.lots.values()) {
      expect(endsAt).toBeGreaterThan(visitor.now);
      expect([closed, bids, start > 0]).toEqual([false, [], true]);
    }
  });

  it("takes bids, and shows them to all at once", async () => {
    const [minji, theo] = [await auction.visitor(), await auction.visitor()];
    const answer = await minji.bid(1, 12_000, "  민지\u202e ");
    expect(answer).toMatchObject({ status: 201, body: { number: 1, amount: 12_000, name: "민지" } });
    for (const each of [minji, theo]) {
      await each.until(({ bids }) => bids.length === 1);
      expect(each.bids[0]).toEqual({ lot: 1, ...answer.body });
    }
    expect((await theo.bid(1, 13_000, "Theo")).status).toBe(201);
    await minji.until(({ bids }) => bids.length === 2);
    expect(minji.lots.get(1)?.bids.map(({ name }) => name)).toEqual(["Theo", "민지"]);
  });

  it("has one winner of bids in the same millisecond", async () => {
    const visitors = await Promise.all(Array.from({ length: 20 }, () => auction.visitor()));
    const answers = await Promise.all(visitors.map((each, index) => each.bid(1, 50_000, `n${index}`)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const [first] = visitors;
    await first?.until(({ bids }) => bids.length > 0);
    const name = answers.find(({ status }) => status === 201)?.body.name;
    expect(first?.bids.map((bid) => bid.name)).toEqual([name]);
    for (const { status, body } of answers) {
      if (status !== 201) expect([status, body.code]).toEqual([409, "tooLow"]);
    }
  });

  it("says why a bid does not count, in the bidder's language", async () => {
    const [minji, theo] = [
      await auction.visitor({ "Accept-Language": "ko" }),
      await auction.visitor({ "Accept-Language": "en" }),
    ];
    await minji.bid(1, 20_000);
    const said = async (visitor: typeof minji, ...bid: Parameters<typeof minji.bid>) => {
      const { status, body } = await visitor.bid(...bid);
      return [status, body.code, body.message];
    };
    expect(await said(minji, 1, 30_000)).toEqual([409, "leading", "이미 가장 높은 금액을 부르셨어요."]);
    expect(await said(theo, 1, 20_000)).toEqual([409, "tooLow", "That is too low: bids begin at ₩21,000."]);
    expect(await said(theo, 1, 1)).toEqual([409, "tooLow", "That is too low: bids begin at ₩21,000."]);
    expect(await said(theo, 99, 20_000)).toEqual([404, "noLot", "There is no such lot."]);
    for (const amount of [0, -1, 1.5, "30000", null, 1e300, {}]) {
      expect((await said(theo, 1, amount))[1]).toBe("noAmount");
    }
    expect((await said(theo, 1, 2_000_000_000))[1]).toBe("tooMuch");
    for (const name of ["", " ", "\u200b", "x".repeat(21), 1, null]) {
      expect((await said(theo, 1, 30_000, name))[1]).toBe("noName");
    }
    expect(theo.bids.filter(({ name }) => name !== "민지")).toEqual([]);
  });

  it("lets the hammer fall: the highest bidder has won, and nothing counts after the end", async () => {
    const time = holdTime();
    const [minji, theo] = [await auction.visitor(), await auction.visitor()];
    await minji.bid(1, 12_000, "민지");
    await theo.bid(1, 15_000, "Theo");
    await minji.until(({ bids }) => bids.length === 2);
    const { endsAt } = minji.lots.get(1) ?? { endsAt: 0 };
    time.pass(endsAt - Date.now() - 1);
    expect((await minji.bid(1, 16_000, "민지")).status).toBe(201);
    // The end itself is too late, whether the hammer has fallen yet or not.
    vi.setSystemTime(endsAt);
    const late = await theo.bid(1, 99_000, "Theo");
    expect([late.status, late.body.code]).toEqual([409, "over"]);
    time.pass(1_000);
    await theo.until(({ lots }) => lots.get(1)?.closed === true);
    expect(theo.lots.get(1)?.bids[0]).toMatchObject({ name: "민지", amount: 16_000 });
    expect((await theo.bid(1, 99_000)).body.code).toBe("over");
    // Something else is put up in its place.
    await theo.until(({ lots }) => lots.has(4));
  });

  it("forgets nothing when it is restarted", async () => {
    const minji = await auction.visitor();
    await minji.bid(1, 12_000, "민지");
    const { id } = (await minji.post("/lots", { title: "우산", start: 500, minutes: 1, name: "민지" })).body;
    await minji.bid(2, 9_000, "민지");
    await auction.restart();
    await minji.until(({ wholes }) => wholes === 2);
    expect(minji.lots.get(1)?.bids[0]).toMatchObject({ number: 1, amount: 12_000, name: "민지" });
    expect(minji.lots.get(2)?.bids).toHaveLength(1);
    expect(minji.lots.get(Number(id))).toMatchObject({ title: "우산", start: 500, offeredBy: "민지" });
    // Who led still leads.
    expect((await minji.bid(1, 99_000)).body.code).toBe("leading");
  });

  it("lets the hammer fall for what ended while it was away", async () => {
    const time = holdTime();
    const minji = await auction.visitor();
    await minji.bid(1, 12_000, "민지");
    await auction.restart(() => time.pass(60 * 60_000));
    await minji.until(({ lots }) => lots.get(1)?.closed === true);
    expect(minji.lots.get(1)?.bids[0]?.name).toBe("민지");
  });

  it("gives those whose connection was lost what they missed, and nothing else", async () => {
    const [minji, theo] = [await auction.visitor(), await auction.visitor()];
    await minji.bid(1, 12_000, "민지");
    await theo.until(({ bids }) => bids.length === 1);
    theo.source.close();
    await minji.bid(2, 9_000, "민지");
    const { body } = await fetch(`${auction.url}/events`, { headers: { "Last-Event-ID": theo.lastEventId } });
    let text = "";
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes("event: time")) break;
    }
    expect(text.match(/^event: .*$/gm)).toEqual(["event: bid", "event: time"]);
    expect(text).toContain('"amount":9000');
  });

  it("puts up what visitors offer, within bounds", async () => {
    const minji = await auction.visitor({ "Accept-Language": "en" });
    const offer = { title: "An umbrella", start: 1_000, minutes: 3, name: "민지" };
    const { status, body } = await minji.post("/lots", offer);
    expect([status, body.title, body.offeredBy]).toEqual([201, "An umbrella", "민지"]);
    await minji.until(({ lots }) => lots.has(Number(body.id)));
    const refused = async (change: object) =>
      (await minji.post("/lots", { ...offer, ...change })).body.message;
    expect(await refused({ title: "x".repeat(41) })).toBe("Say what it is, in 40 characters at most.");
    expect(await refused({ title: undefined })).toBe("Say what it is, in 40 characters at most.");
    expect(await refused({ start: 0 })).toBe("Say how much, in whole won.");
    expect(await refused({ minutes: 60 })).toBe("A lot can be up for 1, 3, 10 minutes.");
    const answers = await Promise.all(Array.from({ length: 30 }, () => minji.post("/lots", offer)));
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(20);
    expect(answers.at(-1)).toMatchObject({ status: 503, body: { code: "full" } });
  });

  it.each([
    ["of another site", { name: "a", amount: 50_000 }, { Origin: "https://evil.example" }, 403],
    ["of no origin", { name: "a", amount: 50_000 }, { Origin: "null" }, 403],
    ["that is no JSON", "{", {}, 400],
    ["that is null", "null", {}, 400],
    ["that is a megabyte", JSON.stringify({ name: "x".repeat(1_000_000) }), {}, 413],
    ["of another type", "a=b", { "Content-Type": "text/plain" }, 400],
    ["of nobody", { name: "a", amount: 50_000 }, { cookie: "" }, 400],
    ["of a forged cookie", { name: "a", amount: 50_000 }, { cookie: "baro-bidder=x" }, 400],
  ])("refuses a POST %s", async (_, body, headers, status) => {
    const visitor = await auction.visitor();
    expect((await visitor.post("/lots/1/bids", body, headers)).status).toBe(status);
    expect(visitor.lots.get(1)?.bids).toEqual([]);
  });

  it("tells nobody who the others are", async () => {
    const minji = await auction.visitor();
    const page = await fetch(auction.url);
    const cookie = /baro-bidder=([\w-]+)/.exec(page.headers.getSetCookie()[0] ?? "")?.[1] ?? "";
    expect(page.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    expect(cookie).not.toBe("");
    expect(await page.text()).not.toContain(cookie);
    const { body } = await minji.bid(1, 12_000);
    expect(body.by).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe("the page", () => {
  it.each([
    [{ "Accept-Language": "ko" }, '<html lang="ko"', "망치가 내려가기 전에."],
    [{ "Accept-Language": "en" }, '<html lang="en"', "Before the hammer falls."],
    [{ "Accept-Language": "en", Cookie: "baro-language=ko" }, '<html lang="ko"', "남"],
  ])("is whole in the visitor's language: %o", async (headers, ...parts) => {
    const response = await fetch(auction.url, { headers: headers as Record<string, string> });
    const page = await response.text();
    expect(page).toContain(parts[0]);
    expect(page).not.toMatch(/\{\w+\}/);
    expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
  });

  it("finds all its files", async () => {
    const page = await (await fetch(auction.url)).text();
    const files = [...page.matchAll(/(?:href|src)="(\/auction\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const response = await fetch(new URL(file, auction.url));
      expect([file, response.status]).toEqual([file, 200]);
    }
  });
});
