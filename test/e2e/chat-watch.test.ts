import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubble, ChatStory, makeRoom, pressTool, say } from "./support/chat-story.ts";
import { findChromium } from "./support/chromium.ts";

const executablePath = findChromium();

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("the page that watches a room, without any library", () => {
  let story: ChatStory;
  let writer: Page;
  let watcher: Page;
  let room: string;

  beforeAll(async () => {
    story = await ChatStory.begin(executablePath ?? "");
    writer = await story.person("Wendy");
    room = await makeRoom(writer, "Open house");
    await say(writer, "before");
    await bubble(writer, "before").waitFor();
  });
  afterAll(() => story?.end());

  it("is reached from the room, and shows what is there", async () => {
    const opened = writer.context().waitForEvent("page");
    await writer.getByRole("link", { name: "Watch without writing, in a new tab" }).click();
    watcher = await opened;
    await watcher.getByRole("heading", { name: "Open house" }).waitFor();
    await bubble(watcher, "before").waitFor();
    await watcher.locator('#state[data-state="live"]').waitFor();
    expect(
      await watcher.evaluate(() => [...document.scripts].map(({ src }) => new URL(src).pathname)),
    ).toEqual(["/js/watch.js"]);
    expect(await watcher.locator("input, textarea").count()).toBe(0);
  });

  it("shows live what is said, answered, pictured and deleted", async () => {
    await pressTool(writer, "before", "Reply");
    await say(writer, "an answer");
    await bubble(watcher, "an answer").locator(".quote", { hasText: "before" }).waitFor();
    await writer.getByRole("button", { name: "GIF library" }).click();
    await writer.getByRole("button", { name: "Choose this GIF: Two creatures that dance" }).click();
    await say(writer, "dance");
    const picture = bubble(watcher, "dance").locator("img");
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160);
    await pressTool(writer, "before", "Delete");
    await writer.locator("dialog").getByRole("button", { name: "Delete" }).click();
    await watcher.getByText("This message was deleted").waitFor();
    await bubble(watcher, "an answer").getByText("The message that this answered is gone").waitFor();
  });

  it("catches up when the server was killed meanwhile, and shows nothing twice", async () => {
    await story.server.stop("SIGKILL");
    await watcher.locator('#state[data-state="lost"]').waitFor();
    await say(writer, "while it was away");
    await story.server.start();
    await bubble(writer, "while it was away").waitFor();
    await bubble(watcher, "while it was away").waitFor();
    await watcher.locator('#state[data-state="live"]').waitFor();
    expect(await watcher.locator(".words:not(.words-gone)").allTextContents()).toEqual([
      "an answer",
      "dance",
      "while it was away",
    ]);
  });

  it("leads into the room, and tells when it is closed", async () => {
    expect(await watcher.getByRole("link", { name: "Go in" }).getAttribute("href")).toBe(
      new URL(room).pathname,
    );
    await writer.getByRole("button", { name: "Close the room" }).click();
    await writer.locator("dialog").getByRole("button", { name: "Close the room" }).click();
    await watcher.getByText("The room is closed.").waitFor();
    await watcher.reload();
    await watcher.getByText("This room is gone").waitFor();
  });
});
