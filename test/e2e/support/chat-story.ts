import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { ChildServer, freePort } from "./child-server.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The GIF chat as a process, and people with a browser each. */
export class ChatStory {
  readonly server: ChildServer;
  readonly address: string;
  readonly #browser: Browser;
  readonly #dataDir: string;

  private constructor(server: ChildServer, address: string, browser: Browser, dataDir: string) {
    this.server = server;
    this.address = address;
    this.#browser = browser;
    this.#dataDir = dataDir;
  }

  /** @param seed fills the data folder before the server starts */
  static async begin(executablePath: string, seed?: (dataDir: string) => Promise<void>): Promise<ChatStory> {
    if (!existsSync(join(ROOT, "dist/entry/server.js"))) {
      spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: ROOT, stdio: "inherit" });
    }
    const dataDir = await mkdtemp(join(tmpdir(), "baro-chat-"));
    await seed?.(dataDir);
    const server = new ChildServer({ port: await freePort(), dataDir });
    const address = await server.start();
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    return new ChatStory(server, address, await chromium.launch({ executablePath, args }), dataDir);
  }

  /** Somebody who is new here, with this name. */
  async person(name: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({ locale: "en-US", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(this.address);
    await page.click("#me");
    await page.fill("dialog [name=name]", name);
    await page.click("dialog [type=submit]");
    await page.locator("#me", { hasText: name }).waitFor();
    return page;
  }

  async end(): Promise<void> {
    await this.#browser.close();
    await this.server.stop("SIGKILL");
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

/** Makes a room, and gives its address. */
export async function makeRoom(page: Page, title: string, password = ""): Promise<string> {
  await page.getByRole("button", { name: "Make a room" }).click();
  await page.fill("dialog [name=title]", title);
  await page.fill("dialog [name=password]", password);
  await page.click("dialog [type=submit]");
  await page.getByRole("heading", { name: title }).waitFor();
  await isIn(page);
  return page.url();
}

/** Waits until the page is in the room that it shows. */
export async function isIn(page: Page): Promise<void> {
  await page.locator(".people li", { hasText: "you" }).waitFor({ state: "attached" });
}

export async function say(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

export function bubble(page: Page, text: string): Locator {
  return page.locator(".message", { has: page.locator(".words").getByText(text, { exact: true }) });
}

/** Presses a button of the bar that a message shows under the mouse. */
export async function pressTool(page: Page, text: string, name: string): Promise<void> {
  await bubble(page, text).hover();
  await bubble(page, text).getByRole("button", { name, exact: true }).click();
}

/** Puts a room with so many messages, "line 1" and on, into a data folder. */
export async function seedRoom(dataDir: string, room: string, count: number): Promise<void> {
  // The server is JavaScript, which this project's types do not cover: the example has a project of its own.
  const seed = new URL("../../../examples/gif-chat/test/support/seed-room.ts", import.meta.url);
  const { seedRoom: fill } = await import(seed.href);
  await fill(dataDir, room, count);
}
