import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubble, ChatStory, isIn, makeRoom, pressTool, say, seedRoom } from "./support/chat-story.ts";
import { findChromium } from "./support/chromium.ts";

const executablePath = findChromium();

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("in a room of the GIF chat", () => {
  let story: ChatStory;
  let owner: Page;
  let guest: Page;
  let room: string;

  beforeAll(async () => {
    story = await ChatStory.begin(executablePath ?? "", (dataDir) => seedRoom(dataDir, "old", 250));
    owner = await story.person("Olga");
    guest = await story.person("Gus");
    await guest.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    room = await makeRoom(owner, "Cats");
    await guest.goto(room);
    await isIn(guest);
  });
  afterAll(() => story?.end());

  it("copies the link of the room", async () => {
    await guest.getByRole("button", { name: "Copy the link" }).click();
    expect(await guest.evaluate(() => navigator.clipboard.readText())).toBe(room);
  });

  it("tells who is typing, and then what they said", async () => {
    await guest.locator("#text").pressSequentially("Hel");
    await owner.getByText("Gus is typing").waitFor();
    await guest.locator("#text").pressSequentially("lo");
    await guest.press("#text", "Enter");
    await bubble(owner, "Hello").waitFor();
    await owner.getByText("Gus is typing").waitFor({ state: "hidden" });
  });

  it("answers a message, and leads back to it", async () => {
    await pressTool(owner, "Hello", "Reply");
    await owner.getByRole("group", { name: "Replying to Gus" }).getByText("Hello").waitFor();
    await say(owner, "Hi back");
    await owner.locator(".reply-bar").waitFor({ state: "hidden" });
    const quote = bubble(guest, "Hi back").getByRole("button", { name: /message of Gus that this answers/ });
    expect(await quote.textContent()).toBe("GusHello");
    await quote.click();
    await expect
      .poll(() => guest.evaluate(() => document.activeElement?.querySelector(".words")?.textContent))
      .toBe("Hello");
  });

  it("gives up an answer by its button and by Escape", async () => {
    await pressTool(owner, "Hello", "Reply");
    await owner.getByRole("button", { name: "Do not reply" }).click();
    await owner.locator(".reply-bar").waitFor({ state: "hidden" });
    await pressTool(owner, "Hello", "Reply");
    await owner.press("#text", "Escape");
    await owner.locator(".reply-bar").waitFor({ state: "hidden" });
  });

  it("is all done by the keyboard, too", async () => {
    await guest.focus(".timeline");
    await guest.keyboard.press("ArrowUp");
    await guest.keyboard.press("ArrowUp");
    await guest.keyboard.press("ArrowDown");
    await guest.keyboard.press("ArrowUp");
    expect(await guest.evaluate(() => document.activeElement?.querySelector(".words")?.textContent)).toBe(
      "Hello",
    );
    await guest.keyboard.press("Tab");
    await guest.keyboard.press("Enter");
    await guest.getByRole("group", { name: "Replying to Gus" }).waitFor();
    expect(await guest.evaluate(() => document.activeElement?.id)).toBe("text");
    await guest.keyboard.press("Escape");
  });

  it("deletes one's own message in all pages, and what quotes it", async () => {
    await bubble(guest, "Hi back").hover();
    await bubble(guest, "Hi back")
      .getByRole("button", { name: "Delete", exact: true })
      .waitFor({ state: "hidden" });
    await pressTool(guest, "Hello", "Delete");
    await guest.getByRole("button", { name: "Cancel" }).click();
    await bubble(guest, "Hello").waitFor();
    await pressTool(guest, "Hello", "Delete");
    await guest.locator("dialog").getByRole("button", { name: "Delete" }).click();
    for (const page of [owner, guest]) {
      await page.getByText("This message was deleted").waitFor();
      await bubble(page, "Hi back").getByText("The message that this answered is gone").waitFor();
      expect(await bubble(page, "Hello").count()).toBe(0);
    }
  });

  it("lets the owner delete what others said, also for a page that is away meanwhile", async () => {
    await say(guest, "rude");
    await bubble(owner, "rude").waitFor();
    await guest.context().setOffline(true);
    await guest.locator('#badge[data-state="offline"]').waitFor();
    await pressTool(owner, "rude", "Delete");
    await owner.locator("dialog").getByRole("button", { name: "Delete" }).click();
    await bubble(owner, "rude").waitFor({ state: "detached" });
    await guest.context().setOffline(false);
    await bubble(guest, "rude").waitFor({ state: "detached" });
  });

  it("counts in the title what came while one looked elsewhere", async () => {
    await looksAway(guest, true);
    await say(owner, "one");
    await say(owner, "two");
    await expect.poll(() => guest.title()).toBe("(2) Cats · 바로 GIF");
    await looksAway(guest, false);
    await expect.poll(() => guest.title()).toBe("Cats · 바로 GIF");
  });

  it("reads back by scrolling, and what one reads stays where it is", async () => {
    const late = await story.person("Lars");
    await late.goto(`${story.address}/rooms/old`);
    await bubble(late, "line 250").waitFor();
    expect(await bubble(late, "line 50").count()).toBe(0);
    const moved = await late.evaluate(async () => {
      const scroller = document.querySelector(".timeline") as HTMLElement;
      const first = scroller.querySelector(".bubble") as HTMLElement;
      // Messages come in with a movement of their own.
      await Promise.allSettled(scroller.getAnimations({ subtree: true }).map(({ finished }) => finished));
      scroller.scrollTop = 400;
      const before = first.getBoundingClientRect().top;
      const count = scroller.querySelectorAll(".message").length;
      while (scroller.querySelectorAll(".message").length === count) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await Promise.allSettled(scroller.getAnimations({ subtree: true }).map(({ finished }) => finished));
      return first.getBoundingClientRect().top - before;
    });
    expect(Math.abs(moved)).toBeLessThan(2);
    await late.evaluate(() => document.querySelector(".timeline")?.scrollTo(0, 0));
    await bubble(late, "line 1").waitFor({ state: "attached" });
    const lines = await late.locator(".words").allTextContents();
    expect(lines).toEqual(Array.from({ length: 250 }, (_, index) => `line ${index + 1}`));
    await late.getByRole("button", { name: "Load older messages" }).waitFor({ state: "hidden" });
    await late.context().close();
  });

  it("shows who made the room, and lets them remove a person for good", async () => {
    await guest
      .locator(".people li", { hasText: "Olga" })
      .getByRole("img", { name: "made the room" })
      .waitFor();
    expect(await guest.getByRole("button", { name: "Close the room" }).count()).toBe(0);
    await owner.getByRole("button", { name: "Remove Gus from the room" }).click();
    await owner.locator("dialog").getByRole("button", { name: "Remove" }).click();
    await guest.getByText("You were removed from this room.").waitFor();
    await owner.locator(".people li", { hasText: "Gus" }).waitFor({ state: "detached" });
    await guest.reload();
    await guest.getByText("You were removed from this room.").waitFor();
  });

  it("closes the room for everybody", async () => {
    const third = await story.person("Thea");
    await third.goto(room);
    await isIn(third);
    await owner.getByRole("button", { name: "Close the room" }).click();
    await owner.locator("dialog").getByRole("button", { name: "Close the room" }).click();
    for (const page of [owner, third]) await page.getByText("The room was closed").waitFor();
    await third.getByRole("link", { name: "Back to the rooms" }).click();
    await third.getByRole("heading", { name: "Open rooms" }).waitFor();
    expect(await third.getByRole("link", { name: "Cats" }).count()).toBe(0);
  });
});

/** A page in a browser without windows is never hidden: this one says that it is. */
async function looksAway(page: Page, away: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, away);
}
