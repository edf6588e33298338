import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ChildServer, freePort } from "./support/child-server.ts";
import { findChromium, openProfile, type Profile } from "./support/chromium.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const executablePath = findChromium();

/** Something that was sold on another day, as the auction itself keeps it. */
function seed(dataDir: string): void {
  const script = `
    import { Store } from "./server/store.js";
    const store = new Store(process.argv[1] + "/auction.lmdb");
    const { id } = await store.add({ title: "Yesterday", offeredBy: null, start: 1_000, minutes: 1 / 600 });
    await store.bid(id, { amount: 1_000, by: "somebody", name: "서연" });
    while ((await store.closeDue()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    await store.close();`;
  const cwd = join(ROOT, "examples/auction");
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script, dataDir], {
    cwd,
  });
  if (status !== 0) throw new Error(String(stderr));
}

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("the auction, in two browsers", () => {
  let dataDir: string;
  let server: ChildServer;
  let profiles: readonly Profile[] = [];
  let minji: Page;
  let theo: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    if (!existsSync(join(ROOT, "dist/entry/sse.js"))) {
      spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
    }
    dataDir = await mkdtemp(join(tmpdir(), "baro-auction-"));
    seed(dataDir);
    server = new ChildServer({ port: await freePort(), dataDir, example: "auction" });
    const address = await server.start();
    const path = executablePath ?? "";
    const narrow = { width: 390, height: 844 };
    const korean = await openProfile(path, { locale: "ko-KR", viewport: { width: 1280, height: 800 } });
    const english = await openProfile(path, { locale: "en-US", viewport: narrow, colorScheme: "dark" });
    profiles = [korean, english];
    minji = await korean.context.newPage();
    theo = await english.context.newPage();
    for (const page of [minji, theo]) {
      page.setDefaultTimeout(15_000);
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(address);
      await lots(page).nth(2).waitFor();
    }
  });

  afterAll(async () => {
    await Promise.all(profiles.map((profile) => profile.close()));
    await server?.stop("SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  });

  const lots = (page: Page) => page.locator("#open .lot");
  const lot = (page: Page, title: string) => page.locator(".lot", { hasText: title });
  const FOUR = "Four in the Afternoon";
  const SNOW = "First Snow";

  it("speaks the language of each browser, fits a phone, and shows the time", async () => {
    await minji.getByRole("heading", { name: "망치가 내려가기 전에." }).waitFor();
    await theo.getByRole("heading", { name: "Before the hammer falls." }).waitFor();
    await minji.locator("#clock", { hasText: /^\d\d:\d\d:\d\d$/ }).waitFor();
    await minji.getByText("연결됨").waitFor();
    const overflow = await theo.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBe(0);
    const first = await lot(minji, FOUR).getByRole("timer").textContent();
    await expect.poll(() => lot(minji, FOUR).getByRole("timer").textContent()).not.toBe(first);
  });

  it("shows what was sold, and takes no bid for it", async () => {
    const yesterday = minji.locator("#sold .lot", { hasText: "Yesterday" });
    await yesterday.getByText("서연 님 낙찰").waitFor();
    await yesterday.getByText("1,000원").first().waitFor();
    expect(await yesterday.getByRole("button").count()).toBe(0);
    expect(await yesterday.getByRole("timer").count()).toBe(0);
  });

  it("is bid in with the keyboard alone, and all see it at once", async () => {
    await minji.getByLabel("내 이름").fill("민지");
    await lot(minji, FOUR).getByLabel("부를 금액 (원)").focus();
    await minji.keyboard.press("Enter");
    await lot(minji, FOUR).getByText("내가 앞서 있어요").waitFor();
    await lot(theo, FOUR).getByText("민지 is leading").waitFor();
    await lot(theo, FOUR).getByText("₩8,000").first().waitFor();
    // The field offers what is the least now.
    expect(await lot(theo, FOUR).getByLabel("Your bid (₩)").inputValue()).toBe("8,400");
  });

  it("tells who was outbid, also those who do not look", async () => {
    await theo.getByLabel("My name").fill("Theo");
    await lot(theo, FOUR).getByRole("button", { name: "Bid" }).click();
    await lot(minji, FOUR).getByText("Theo 님이 더 불렀어요").waitFor();
    await minji
      .locator("#announcer", { hasText: "Theo 님이 8,400원을 불렀어요" })
      .waitFor({ state: "attached" });
  });

  it("says what is wrong with a bid, beside it", async () => {
    await lot(minji, FOUR).getByLabel("부를 금액 (원)").fill("10");
    await lot(minji, FOUR).getByRole("button", { name: "부르기" }).click();
    const problem = lot(minji, FOUR).getByRole("alert");
    await problem.getByText("조금 낮아요. 8,800원부터 부를 수 있어요.").waitFor();
  });

  it("puts up what a visitor offers", async () => {
    await minji.getByText("내 물건 내놓기").click();
    await minji.getByLabel("어떤 물건인가요?").fill("한 번도 안 쓴 우산");
    await minji.getByRole("button", { name: "내놓기", exact: true }).click();
    await lot(theo, "한 번도 안 쓴 우산").getByText("by 민지").waitFor();
  });

  it("loses no bid when its server is killed, and every page comes back", async () => {
    await lot(theo, SNOW).getByRole("button", { name: "Bid" }).click();
    await lot(theo, SNOW).getByText("You are leading").waitFor();
    await server.stop("SIGKILL");
    await theo.getByText("Reconnecting…").waitFor();
    await lot(minji, FOUR).getByLabel("부를 금액 (원)").fill("20,000");
    await lot(minji, FOUR).getByRole("button", { name: "부르기" }).click();
    await lot(minji, FOUR).getByText("서버가 대답하지 않아요").waitFor();
    await server.start();
    await theo.getByText("Connected", { exact: true }).waitFor();
    await minji.getByText("연결됨").waitFor();
    await lot(theo, SNOW).getByText("You are leading").waitFor();
    await lot(minji, FOUR).getByRole("button", { name: "부르기" }).click();
    await lot(theo, FOUR).getByText("민지 has outbid you").waitFor();
    await lot(theo, FOUR).getByText("Bids: 3").click();
    expect(await lot(theo, FOUR).getByRole("listitem").allTextContents()).toEqual([
      "민지₩20,000",
      "Theo₩8,400",
      "민지₩8,000",
    ]);
  });

  it("keeps whoever bids in the lot when the hammer falls, and tells them", async () => {
    const page = await minji.context().newPage();
    const bid = { number: 1, amount: 5_000, by: "somebody", name: "서연", at: 0 };
    const open = { id: 7, title: "우산", offeredBy: null, start: 1, madeAt: 0, endsAt: 9e12, closed: false };
    const lot = { ...open, bids: [bid] };
    let isOver = false;
    // The server's part is played here, because no test waits for an end.
    await page.route("**/events", (route) => {
      const told = isOver
        ? `event: lot\ndata: ${JSON.stringify({ ...lot, closed: true })}`
        : `event: lots\ndata: ${JSON.stringify({ now: 0, lots: [lot] })}`;
      return route.fulfill({ contentType: "text/event-stream", body: `retry: 20\n${told}\n\n` });
    });
    await page.goto(minji.url());
    await page.getByLabel("부를 금액 (원)").focus();
    isOver = true;
    const sold = page.locator("#sold .lot", { hasText: "우산" });
    await sold.getByText("서연 님 낙찰").waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("우산");
    const said = "우산: 5,000원에 서연 님이 낙찰받았어요";
    await page.locator("#announcer", { hasText: said }).waitFor({ state: "attached" });
    await page.close();
  });

  it("changes its language, and remembers the name", async () => {
    await theo.getByRole("button", { name: "한국어" }).click();
    await theo.getByRole("heading", { name: "망치가 내려가기 전에." }).waitFor();
    await expect.poll(() => theo.getByLabel("내 이름").inputValue()).toBe("Theo");
    expect(problems).toEqual([]);
  });
});
