import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blinkingGif } from "../../examples/gif-chat/test/support/make-gif.ts";
import { bubble, ChatStory, isIn, makeRoom, say } from "./support/chat-story.ts";
import { findChromium } from "./support/chromium.ts";

const executablePath = findChromium();

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("a conversation whose line is cut", () => {
  let story: ChatStory;
  let mia: Page;
  let noah: Page;
  let room: string;
  /** What was said in all, whatever became of the line meanwhile. */
  const said: string[] = [];

  beforeAll(async () => {
    story = await ChatStory.begin(executablePath ?? "");
    mia = await story.person("Mia");
    noah = await story.person("Noah", { viewport: { width: 390, height: 844 } });
    room = await makeRoom(mia, "Bad line");
    await noah.goto(room);
    await isIn(noah);
  });
  afterAll(() => story?.end());

  const tell = async (page: Page, text: string) => {
    said.push(text);
    await say(page, text);
  };
  /** Waits until both pages show everything, each once, and in the same order. */
  const agree = async () => {
    for (const page of [mia, noah]) {
      await page.locator(".message-pending").first().waitFor({ state: "detached" });
      await expect.poll(async () => (await texts(page)).length, { timeout: 15_000 }).toBe(said.length);
    }
    expect([...(await texts(mia))].sort()).toEqual([...said].sort());
    expect(await texts(noah)).toEqual(await texts(mia));
  };
  const texts = (page: Page) => page.locator(".words").allTextContents();

  it("keeps what is written offline, and sends it once and in order when the line is back", async () => {
    await tell(mia, "hello");
    await bubble(noah, "hello").waitFor();
    await noah.context().setOffline(true);
    await noah.locator('#badge[data-state="offline"]').waitFor({ timeout: 60_000 });
    for (const text of ["first", "second", "third"]) await tell(noah, text);
    await noah.setInputFiles("#picker", { name: "a.gif", mimeType: "image/gif", buffer: blinkingGif() });
    await noah.locator(".tray img").waitFor();
    await tell(noah, "with a picture");
    expect(await noah.getByText("Waiting for the connection").count()).toBe(4);
    await tell(mia, "meanwhile");
    await noah.context().setOffline(false);
    await agree();
    expect((await texts(mia)).filter((text) => ["first", "second", "third"].includes(text))).toEqual([
      "first",
      "second",
      "third",
    ]);
  }, 90_000);

  it("loses nothing when the server is killed in the middle, again and again", async () => {
    for (let round = 1; round <= 3; round++) {
      await Promise.all([
        tell(mia, `mia ${round} a`),
        tell(noah, `noah ${round} a`),
        story.server.stop("SIGKILL"),
      ]);
      await tell(mia, `mia ${round} b`);
      await story.server.start();
      await tell(noah, `noah ${round} b`);
    }
    await agree();
    const late = await story.person("Late");
    await late.goto(room);
    await isIn(late);
    expect(await texts(late)).toEqual(await texts(mia));
    await late.context().close();
  }, 90_000);

  it("says kindly when somebody is too fast, and still sends it all", async () => {
    const many = Array.from({ length: 24 }, (_, index) => `fast ${index}`);
    said.push(...many);
    // In one go: by the keyboard, a slow machine is never too fast.
    await mia.evaluate((all) => {
      const text = document.querySelector("#text") as HTMLTextAreaElement;
      for (const one of all) {
        text.value = one;
        text.form?.requestSubmit();
      }
    }, many);
    await mia.getByText("That was a bit fast, it goes out in a moment").first().waitFor();
    await agree();
  }, 60_000);
});

describe.skipIf(executablePath === undefined)("GIFs that nobody sees", () => {
  let story: ChatStory;
  beforeAll(async () => {
    story = await ChatStory.begin(executablePath ?? "");
  });
  afterAll(() => story?.end());

  it("stand still, and move again in view", async () => {
    const page = await story.person("Vera", { viewport: { width: 800, height: 500 } });
    await makeRoom(page, "Pictures");
    for (const caption of ["one", "two", "three"]) {
      await page.setInputFiles("#picker", {
        name: "a.gif",
        mimeType: "image/gif",
        buffer: blinkingGif(300, 300),
      });
      await page.locator(".tray img").waitFor();
      await say(page, caption);
      await bubble(page, caption).locator(".gif-loaded").waitFor({ state: "attached" });
    }
    const first = bubble(page, "one").locator(".gif");
    await page.locator('.message[data-seq="1"] .gif[data-playing="false"]').waitFor({ state: "attached" });
    expect(await first.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(300);
    await first.scrollIntoViewIfNeeded();
    await page.locator('.message[data-seq="1"] .gif[data-playing="true"] img').waitFor();
    await page.locator('.message[data-seq="3"] .gif[data-playing="false"]').waitFor({ state: "attached" });
    await page.context().close();
  });

  it("stand still for people who want less motion, until they press play", async () => {
    const page = await story.person("Cal", { reducedMotion: "reduce" });
    await makeRoom(page, "Calm");
    await page.getByRole("button", { name: "GIF library" }).click();
    await page.getByRole("button", { name: "Choose this GIF: A creature that waves" }).click();
    await say(page, "hi");
    const gif = bubble(page, "hi").locator(".gif");
    await bubble(page, "hi").locator('.gif[data-playing="false"]').waitFor();
    await gif.getByRole("button", { name: "Play this GIF" }).click();
    await bubble(page, "hi").locator('.gif[data-playing="true"]').waitFor();
    await gif.getByRole("button", { name: "Pause this GIF" }).click();
    await bubble(page, "hi").locator('.gif[data-playing="false"]').waitFor();
    await page.context().close();
  });
});
