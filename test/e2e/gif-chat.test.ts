import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blinkingGif } from "../../examples/gif-chat/test/support/make-gif.ts";
import { ChildServer, freePort } from "./support/child-server.ts";
import { findChromium, openProfile, type Profile } from "./support/chromium.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const executablePath = findChromium();

/** Wider than a phone. */
const TITLE = "고양이들이 모여서 아무 생각 없이 온종일 노는 방";
/** Written while the server is away: must arrive when it is back. */
const AWAY = "written while the server was away";

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("the GIF chat, in two browsers", () => {
  let dataDir: string;
  let server: ChildServer;
  let profiles: readonly Profile[] = [];
  let minji: Page;
  let theo: Page;

  beforeAll(async () => {
    if (!existsSync(join(ROOT, "dist/entry/server.js"))) {
      spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
    }
    dataDir = await mkdtemp(join(tmpdir(), "baro-chat-"));
    server = new ChildServer({ port: await freePort(), dataDir });
    const address = await server.start();
    const path = executablePath ?? "";
    const narrow = { width: 390, height: 844 };
    const korean = await openProfile(path, { locale: "ko-KR", viewport: { width: 1280, height: 800 } });
    const english = await openProfile(path, { locale: "en-US", viewport: narrow });
    profiles = [korean, english];
    minji = await korean.context.newPage();
    theo = await english.context.newPage();
    for (const page of [minji, theo]) {
      page.setDefaultTimeout(15_000);
      await page.goto(address);
    }
  });

  afterAll(async () => {
    await Promise.all(profiles.map((profile) => profile.close()));
    await server?.stop("SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  });

  it("speaks the language of each browser, and goes over to WebSocket", async () => {
    await minji.getByRole("button", { name: "방 만들기" }).waitFor();
    await theo.getByRole("button", { name: "Make a room" }).waitFor();
    for (const page of [minji, theo]) await isOverWebSocket(page);
    expect(await minji.getAttribute("html", "lang")).toBe("ko");
    expect(await minji.locator("#badge").textContent()).toContain("웹 소켓");
    expect(await theo.locator("#badge").textContent()).toContain("WebSocket");
  });

  it("gives each the name that they choose", async () => {
    await rename(minji, "민지");
    await rename(theo, "Theo");
  });

  it("shows a room in the other browser as soon as it is made, and lets nobody in without the password", async () => {
    await minji.getByRole("button", { name: "방 만들기" }).click();
    await minji.fill("dialog [name=title]", TITLE);
    await minji.fill("dialog [name=password]", "야옹");
    await minji.click("dialog [type=submit]");
    await minji.locator(".people li", { hasText: "민지" }).waitFor();

    await theo.getByRole("link", { name: TITLE }).click();
    await theo.fill("dialog [name=password]", "woof");
    await theo.click("dialog [type=submit]");
    await theo.getByText("That is not the password.").waitFor();
    expect(await theo.inputValue("dialog [name=password]")).toBe("woof");

    await theo.fill("dialog [name=password]", "야옹");
    await theo.click("dialog [type=submit]");
    await theo.locator(".people li").nth(1).waitFor({ state: "attached" });
    await minji.getByText("Theo 님이 들어왔어요").first().waitFor();
    expect(await minji.locator(".people li").allTextContents()).toEqual(["민지나", "Theo"]);
  });

  it("fits on a phone, whatever the title", async () => {
    for (const name of ["Send", "Copy the link", "Show who is here: 2"]) {
      const box = await theo.getByRole("button", { name }).boundingBox();
      expect((box?.x ?? Number.NaN) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(390);
    }
  });

  it("shows who is here on a phone, until Escape", async () => {
    await theo.focus("#people-toggle");
    await theo.keyboard.press("Enter");
    await theo.locator(".people li", { hasText: "민지" }).waitFor();
    await theo.keyboard.press("Escape");
    await theo.locator('#people-toggle[aria-expanded="false"]').waitFor();
    await theo.locator(".room-aside").waitFor({ state: "hidden" });
    await theo.getByRole("button", { name: "Your name: Theo" }).waitFor();
  });

  it("brings texts to the other one", async () => {
    await say(minji, "안녕 <img src=x onerror=alert(1)>");
    await bubble(theo, "안녕 <img src=x onerror=alert(1)>").waitFor();
    await say(theo, "Hello!");
    await bubble(minji, "Hello!").waitFor();
  });

  it("sends a GIF from the picker, and it moves", async () => {
    await minji.setInputFiles("#picker", { name: "a.gif", mimeType: "image/gif", buffer: blinkingGif() });
    await minji.locator(".tray img").waitFor();
    await say(minji, "picked");
    await isMoving(theo, "picked");
    await isMoving(minji, "picked");
  });

  it("sends a GIF that was dropped on the page", async () => {
    await giveFile(minji, "drop", [...blinkingGif(50, 50)]);
    await minji.locator(".tray img").waitFor();
    await say(minji, "dropped");
    await isMoving(theo, "dropped");
  });

  it("sends a GIF that was pasted", async () => {
    await giveFile(theo, "paste", [...blinkingGif(40, 60)]);
    await theo.locator(".tray img").waitFor();
    await say(theo, "pasted");
    await isMoving(minji, "pasted");
  });

  it("says why a file cannot be sent, and keeps what was typed", async () => {
    await minji.fill("#text", "여기 있어요");
    await giveFile(minji, "drop", [...Buffer.from("<html>no GIF</html>")]);
    await minji.getByText("GIF 파일이 아니에요.").first().waitFor();
    await minji.press("#text", "Enter");
    expect(await minji.inputValue("#text")).toBe("여기 있어요");
    expect(await minji.locator(".tray-name").textContent()).toBe("cat.gif");
    await minji.getByRole("button", { name: "움짤 빼기" }).click();

    const large = Buffer.concat([blinkingGif(), Buffer.alloc(5 * 1024 * 1024)]);
    await minji.setInputFiles("#picker", { name: "large.gif", mimeType: "image/gif", buffer: large });
    await minji.getByText("GIF가 너무 커요.").first().waitFor();
    expect(await minji.inputValue("#text")).toBe("여기 있어요");
    await minji.getByRole("button", { name: "움짤 빼기" }).click();
  });

  it("takes a GIF back that only the server finds damaged", async () => {
    await minji.fill("#text", "망가진 것");
    await giveFile(minji, "drop", [...blinkingGif().subarray(0, 500)]);
    await minji.locator(".tray img").waitFor();
    await minji.press("#text", "Enter");
    await minji.getByText("망가진 GIF예요.").waitFor();
    await minji.getByRole("button", { name: "고치기" }).click();
    await minji.locator(".tray img").waitFor();
    expect(await minji.inputValue("#text")).toBe("망가진 것");
    await minji.getByRole("button", { name: "움짤 빼기" }).click();
  });

  it("keeps a message that is too long in the box, with a sentence", async () => {
    const long = "길".repeat(2_001);
    await minji.fill("#text", long);
    await minji.press("#text", "Enter");
    await minji.getByText("메시지가 너무 길어요.").first().waitFor();
    expect(await minji.inputValue("#text")).toBe(long);
    await minji.fill("#text", "");
  });

  it("counts a person in two tabs once", async () => {
    const second = await minji.context().newPage();
    await second.goto(minji.url());
    await bubble(second, "Hello!").waitFor();
    expect(await second.locator(".people li").count()).toBe(2);
    await second.close();
    await say(minji, "still one");
    await bubble(theo, "still one").waitFor();
    expect(await theo.locator(".notice").count()).toBe(0);
    expect(await theo.locator(".people li").count()).toBe(2);
  });

  it("changes the language without losing what was typed", async () => {
    await minji.fill("#text", "쓰는 중");
    await minji.click("#language");
    await minji.getByRole("heading", { name: "Who is here" }).waitFor();
    expect(await minji.inputValue("#text")).toBe("쓰는 중");
    await minji.click("#language");
    await minji.getByRole("heading", { name: "지금 여기" }).waitFor();
  });

  it("recovers by itself when the server is killed and started again", async () => {
    await server.stop("SIGKILL");
    for (const page of [minji, theo]) await page.locator('#badge[data-state="reconnecting"]').waitFor();
    await say(theo, AWAY);
    await theo.getByText("Waiting for the connection").waitFor();
    await minji.fill("#text", "half a sentence");

    await server.start();
    for (const page of [minji, theo]) await isOverWebSocket(page);
    await bubble(minji, AWAY).waitFor();
    await theo.locator(".message[data-seq]", { hasText: AWAY }).waitFor();
    expect(await minji.inputValue("#text")).toBe("half a sentence");

    const expected = [
      "안녕 <img src=x onerror=alert(1)>",
      "Hello!",
      "picked",
      "dropped",
      "pasted",
      "still one",
      AWAY,
    ];
    for (const page of [minji, theo]) {
      expect(await page.locator(".words").allTextContents()).toEqual(expected);
      expect(await page.locator(".message-pending").count()).toBe(0);
      await page.locator(".people li").nth(1).waitFor({ state: "attached" });
    }
  });

  it("has the history, moving, after a reload too", async () => {
    await theo.reload();
    await isMoving(theo, "picked");
    await bubble(theo, AWAY).waitFor();
    expect(await theo.locator(".message").count()).toBe(7);
  });

  it("says that somebody left", async () => {
    await theo.getByRole("link", { name: "Back to the rooms" }).click();
    await minji.getByText("Theo 님이 나갔어요").first().waitFor();
  });

  it("stops cleanly with people connected", async () => {
    expect(await server.stop("SIGTERM")).toBe(0);
  });
});

describe("node examples/gif-chat/start.js", () => {
  it("says in one sentence that its port is taken", async () => {
    const taken = createServer().listen(0);
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const dataDir = await mkdtemp(join(tmpdir(), "baro-chat-"));
    const server = new ChildServer({ port, dataDir });
    expect(await server.failed()).toBe(1);
    expect(server.errors).toMatch(new RegExp(`^Port ${port} is taken\\.[^\\n]*\\n$`));
    expect(await readdir(dataDir)).toEqual([]);
    taken.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("says in one sentence that its port is none", async () => {
    for (const port of ["cat", " ", "65536", "0x1f90"]) {
      const server = new ChildServer({ port, dataDir: tmpdir() });
      expect(await server.failed()).toBe(1);
      expect(server.errors).toBe(`PORT must be a number from 0 to 65535, not "${port}".\n`);
    }
  });

  it("says in one sentence that its data folder cannot be used", async () => {
    const folder = await mkdtemp(join(tmpdir(), "baro-chat-"));
    const dataDir = join(folder, "file");
    await writeFile(dataDir, "");
    const server = new ChildServer({ port: 0, dataDir });
    expect(await server.failed()).toBe(1);
    expect(server.errors).toMatch(/^The data folder \S+ cannot be used: [^\n]*\n$/);
    await rm(folder, { recursive: true, force: true });
  });
});

async function isOverWebSocket(page: Page): Promise<void> {
  await page.locator('#badge[data-state="connected"][data-transport="websocket"]').waitFor();
}

async function rename(page: Page, name: string): Promise<void> {
  await page.click("#me");
  await page.fill("dialog [name=name]", name);
  await page.click("dialog [type=submit]");
  await page.locator("#me", { hasText: name }).waitFor();
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

function bubble(page: Page, text: string) {
  return page.locator(".message", { has: page.getByText(text, { exact: true }) });
}

/** Drops or pastes bytes as a file. */
async function giveFile(page: Page, event: "drop" | "paste", bytes: number[]): Promise<void> {
  await page.evaluate(
    ([kind, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(content)], "cat.gif", { type: "image/gif" }));
      const how = { bubbles: true, cancelable: true };
      const target = document.querySelector(".talk");
      if (kind === "drop") target?.dispatchEvent(new DragEvent("drop", { ...how, dataTransfer: data }));
      else target?.dispatchEvent(new ClipboardEvent("paste", { ...how, clipboardData: data }));
    },
    [event, bytes] as const,
  );
}

/** The GIF beside this caption is loaded, and two pictures of it differ. */
async function isMoving(page: Page, caption: string): Promise<void> {
  const box = bubble(page, caption).locator(".gif-loaded");
  await box.scrollIntoViewIfNeeded();
  const image = box.locator("img");
  await image.waitFor();
  expect(await image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(0);
  const first = await image.screenshot();
  await expect.poll(async () => first.equals(await image.screenshot()), { timeout: 10_000 }).toBe(false);
}
