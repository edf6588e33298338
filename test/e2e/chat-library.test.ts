import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blinkingGif } from "../../examples/gif-chat/test/support/make-gif.ts";
import { bubble, ChatStory, isIn, makeRoom, say } from "./support/chat-story.ts";
import { findChromium } from "./support/chromium.ts";

const executablePath = findChromium();

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("the GIF library, on a phone and on a desk", () => {
  let story: ChatStory;
  let desk: Page;
  let phone: Page;

  beforeAll(async () => {
    story = await ChatStory.begin(executablePath ?? "");
    desk = await story.person("Dora");
    phone = await story.person("Phil", { viewport: { width: 390, height: 844 }, hasTouch: true });
    const room = await makeRoom(desk, "Pictures");
    await phone.goto(room);
    await isIn(phone);
  });
  afterAll(() => story?.end());

  const gifs = (page: Page) => page.getByRole("button", { name: /^Choose this GIF/ });

  it("shows the GIFs of the chat, and fits on the phone", async () => {
    await phone.getByRole("button", { name: "GIF library" }).click();
    await gifs(phone).nth(11).waitFor();
    expect(await gifs(phone).count()).toBe(12);
    const box = await phone.getByRole("dialog", { name: "GIF library" }).boundingBox();
    expect((box?.x ?? Number.NaN) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(390);
    await phone.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await phone.getByRole("dialog").waitFor({ state: "hidden" });
  });

  it("is searched, and sends what is picked, with a caption", async () => {
    await phone.getByRole("button", { name: "GIF library" }).click();
    await phone.getByRole("searchbox", { name: "Search GIFs" }).fill("coffee");
    await expect.poll(() => gifs(phone).count()).toBe(1);
    await phone.getByRole("button", { name: "Choose this GIF: A steaming cup of coffee" }).click();
    await phone.locator(".tray img").waitFor();
    await say(phone, "a break?");
    const image = bubble(desk, "a break?").locator(".gif-loaded img");
    await image.waitFor();
    expect(await image.getAttribute("src")).toBe("/library/coffee.gif");
  });

  it("is searched by a tag, and takes a pick out again", async () => {
    await desk.getByRole("button", { name: "GIF library" }).click();
    await desk.getByRole("group", { name: "Tags" }).getByRole("button", { name: "laugh" }).click();
    await desk.getByRole("button", { name: "Choose this GIF: A creature that laughs out loud" }).click();
    await desk.getByRole("button", { name: "Take the GIF out" }).click();
    await desk.locator(".tray").waitFor({ state: "hidden" });
  });

  it("goes by the keyboard alone, and Escape gives the focus back", async () => {
    await desk.getByRole("button", { name: "GIF library" }).focus();
    await desk.keyboard.press("Enter");
    await gifs(desk).nth(11).waitFor();
    await desk.keyboard.press("ArrowDown");
    await desk.keyboard.press("ArrowRight");
    await desk.keyboard.press("ArrowUp");
    expect(await desk.evaluate(() => document.activeElement?.id)).toBe("library-search");
    await desk.keyboard.press("Escape");
    expect(await desk.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("GIF library");
  });

  it("has what somebody uploaded, by its caption", async () => {
    await desk.setInputFiles("#picker", { name: "a.gif", mimeType: "image/gif", buffer: blinkingGif() });
    await desk.locator(".tray img").waitFor();
    await say(desk, "zebra crossing");
    await bubble(phone, "zebra crossing").locator(".gif-loaded").waitFor();
    await phone.getByRole("button", { name: "GIF library" }).click();
    await phone.getByRole("searchbox", { name: "Search GIFs" }).fill("zebra");
    await phone.getByRole("button", { name: "Choose this GIF: zebra crossing" }).click();
    await say(phone, "again");
    await bubble(desk, "again").locator(".gif-loaded").waitFor();
    await phone.getByRole("button", { name: "GIF library" }).click();
    await phone.getByRole("searchbox", { name: "Search GIFs" }).fill("qqqq");
    await phone.getByText("No GIF has these words.").waitFor();
  });

  it("waits while there is no connection, and arrives once", async () => {
    await phone.keyboard.press("Escape");
    await phone.getByRole("button", { name: "GIF library" }).click();
    await phone.getByRole("button", { name: "Choose this GIF: A creature that sleeps" }).click();
    await story.server.stop("SIGKILL");
    await phone.locator('#badge[data-state="reconnecting"]').waitFor();
    await say(phone, "good night");
    await phone.getByText("Waiting for the connection").waitFor();
    await story.server.start();
    await bubble(desk, "good night").locator(".gif-loaded").waitFor();
    expect(await bubble(desk, "good night").count()).toBe(1);
  });
});
