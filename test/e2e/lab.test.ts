import { execFileSync } from "node:child_process";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureBuilt } from "../../examples/lab/test/support/build.ts";
import { ChildServer, freePort } from "./support/child-server.ts";
import { findChromium, openProfile, type Profile } from "./support/chromium.ts";

const executablePath = findChromium();
const TECHNIQUES = ["polling", "sse", "websocket", "socketio", "socketio-websocket"] as const;
const BACK_BY_THEMSELVES = ["polling", "sse", "socketio", "socketio-websocket"] as const;
type Technique = (typeof TECHNIQUES)[number];

// The tests are one story, told in order.
describe.skipIf(executablePath === undefined)("the lab, in a browser", { timeout: 90_000 }, () => {
  let server: ChildServer;
  let address: string;
  let profiles: readonly Profile[] = [];
  let page: Page;
  let phone: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    ensureBuilt();
    server = new ChildServer({ port: await freePort(), dataDir: "", example: "lab" });
    address = await server.start();
    const path = executablePath ?? "";
    const korean = await openProfile(path, { locale: "ko-KR", viewport: { width: 1280, height: 800 } });
    const english = await openProfile(path, { locale: "en-US", viewport: { width: 390, height: 844 } });
    profiles = [korean, english];
    page = await korean.context.newPage();
    phone = await english.context.newPage();
    page.setDefaultTimeout(15_000);
    phone.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => faults.push(error.message));
    await page.addInitScript(watchShifts);
    await page.goto(address);
  });

  afterAll(async () => {
    await Promise.all(profiles.map((profile) => profile.close()));
    await server?.stop("SIGKILL");
  });

  const panel = (technique: Technique) => page.locator(`#panel-${technique}`);
  const figure = (technique: Technique, name: string) => panel(technique).locator(`[data-figure=${name}]`);
  const read = async (technique: Technique, name: string) =>
    Number.parseInt(((await figure(technique, name).textContent()) ?? "").replaceAll(",", ""), 10);
  const inState = (technique: Technique, state: string) =>
    panel(technique).locator(`.states [data-state=${state}][aria-current]`).waitFor();
  /** Asks again and again: the network and three processes are behind it. */
  const poll = <T>(ask: () => T) => expect.poll(ask, { timeout: 30_000 });
  const marked = (technique: Technique, kind: string) =>
    panel(technique).locator(`.log .${kind}`).first().waitFor();

  /** Waits until a technique has heard one more message than now. */
  async function hears(technique: Technique): Promise<void> {
    const before = await read(technique, "messages");
    await poll(() => read(technique, "messages")).toBeGreaterThan(before);
  }

  it("is whole in the language of the browser before any script runs", async () => {
    const html = await (await fetch(address, { headers: { "Accept-Language": "ko" } })).text();
    expect(html).toContain('<html lang="ko"');
    expect(html).toContain("같은 실습, 네 가지 기술, 모든 바이트.");
    expect(html).not.toMatch(/\{[a-z]/i);
    expect(await page.getAttribute("html", "lang")).toBe("ko");
  });

  it("does the exercise over all techniques, and shows what crosses the wire", async () => {
    await Promise.all(TECHNIQUES.map(hears));
    for (const technique of TECHNIQUES) {
      expect(await read(technique, "up")).toBeGreaterThan(0);
      expect(await read(technique, "down")).toBeGreaterThan(0);
      await panel(technique).locator(".timeline .arrow.up").first().waitFor({ state: "attached" });
      await panel(technique).locator(".timeline .arrow.down").first().waitFor({ state: "attached" });
    }
    for (const technique of TECHNIQUES.slice(1)) await inState(technique, "OPEN");
    await panel("sse").locator(".arrow.event").first().waitFor({ state: "attached" });
    await panel("websocket").locator(".arrow.message.up").first().waitFor({ state: "attached" });
    expect(await read("websocket", "requests")).toBe(1);
    expect(await read("socketio-websocket", "requests")).toBe(1);
    expect(await read("polling", "requests")).toBeGreaterThan(3);
    expect(await figure("socketio", "carrier").textContent()).toBe("websocket");
    expect(await panel("sse").locator(".delays rect").count()).toBe(await read("sse", "messages"));
    expect(await page.locator("#cost-polling .cost-each").textContent()).toMatch(/ B$/);
  });

  it("has moved nothing while it started", async () => {
    expect(await page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)).toBeLessThan(
      0.02,
    );
  });

  it("closes and connects each by its own button", async () => {
    const toggles = TECHNIQUES.map((technique) => panel(technique).locator(".toggle"));
    for (const toggle of toggles) await toggle.click();
    for (const technique of TECHNIQUES) await inState(technique, "CLOSED");
    for (const toggle of toggles) expect(await toggle.textContent()).toBe("연결");
    for (const toggle of toggles) await toggle.click();
    await Promise.all(TECHNIQUES.map(hears));
    for (const toggle of toggles) expect(await toggle.textContent()).toBe("닫기");
  });

  it("cuts the connections: all but the bare WebSocket come back", async () => {
    await page.click("#cut");
    await inState("websocket", "CLOSED");
    await Promise.all(BACK_BY_THEMSELVES.map(hears));
    await inState("websocket", "CLOSED");
    await panel("websocket").getByRole("button", { name: "연결" }).click();
    await hears("websocket");
    expect(await read("websocket", "missed")).toBeGreaterThan(0);
    expect(await read("sse", "missed")).toBe(0);
  });

  it("stops the server, and leaves the site", async () => {
    await page.click("#stop");
    await page.locator("#status[data-state=stopped]").waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("stop");
    for (const technique of ["polling", "sse", "socketio"] as const) await marked(technique, "refused");
    expect((await fetch(address)).status).toBe(200);
    await page.locator("#status[data-state=running]").waitFor();
    await Promise.all(BACK_BY_THEMSELVES.map(hears));
    await panel("websocket").getByRole("button", { name: "연결" }).click();
    await hears("websocket");
  });

  it("blocks WebSocket: Socket.IO falls back to polling, and returns when it may", async () => {
    await page.click("#block");
    await inState("websocket", "CLOSED");
    await poll(() => figure("socketio", "carrier").textContent()).toBe("polling");
    await hears("socketio");
    await marked("socketio-websocket", "response");
    await panel("websocket").locator(".toggle").click();
    await inState("websocket", "CLOSED");

    await page.click("#block");
    await page.click("#cut");
    await poll(() => figure("socketio", "carrier").textContent()).toBe("websocket");
    await hears("socketio-websocket");
    await panel("websocket").locator(".toggle").click();
    await hears("websocket");
  });

  it("slows the network, by as much as it says", async () => {
    await page.click("#slow");
    expect(await page.getAttribute("#slow", "aria-pressed")).toBe("true");
    await Promise.all(
      TECHNIQUES.map((technique) => poll(() => read(technique, "delay")).toBeGreaterThanOrEqual(350)),
    );
    // Long enough to be seen: a closing handshake goes there and back.
    await panel("websocket").locator(".toggle").click();
    await inState("websocket", "CLOSING");
    await inState("websocket", "CLOSED");
    await panel("websocket").locator(".toggle").click();
    await inState("websocket", "CONNECTING");
    await hears("websocket");
    await page.click("#slow");
    await poll(() => read("sse", "delay")).toBeLessThan(350);
  });

  it("goes through a proxy, and shows what the server sees", async () => {
    for (const technique of TECHNIQUES) {
      expect(await figure(technique, "address").textContent()).toMatch(/^127\.0\.0\.[12]$/);
    }
    await page.click("#proxy");
    for (const technique of TECHNIQUES) {
      await poll(() => figure(technique, "address").textContent()).toContain("X-Forwarded-For");
    }
  });

  it("shows the hint of the button in hand", async () => {
    await page.focus("#slow");
    expect(await page.locator(".hints [data-current]").textContent()).toContain("350ms");
    await page.keyboard.press("Shift+Tab");
    expect(await page.locator(".hints [data-current]").textContent()).toContain("Socket.IO");
  });

  it("shows the code that runs", async () => {
    await panel("sse").locator("summary").click();
    const code = await panel("sse").locator(".code").textContent();
    expect(code).toContain("new EventSource(");
    expect(code).toContain("createEventStream(request, response");
  });

  it("speaks the other language at once", async () => {
    await page.click("#language");
    await page.getByRole("heading", { name: "One exercise, four techniques, every byte." }).waitFor();
    await page.getByRole("button", { name: "Cut the connections" }).waitFor();
    expect(await page.getAttribute("html", "lang")).toBe("en");
    await page.click("#language");
  });

  it("fits on a phone, for somebody with a server of their own", async () => {
    await phone.goto(address);
    await phone.locator("#status[data-state=running]").waitFor();
    const width = await phone.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(390);
    await phone.click("#stop");
    await phone.locator("#status[data-state=stopped]").waitFor();
    expect(await page.getAttribute("#status", "data-state")).toBe("running");
  });

  it("goes on when the site was away", async () => {
    await server.stop("SIGTERM");
    await page.locator("#status[data-state=lost]").waitFor();
    await server.start();
    await page.locator("#status[data-state=running]").waitFor();
    await Promise.all(TECHNIQUES.map(hears));
  });

  it("names everything that can be reached by keyboard, and has met no error", async () => {
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("a, button, summary, [role=img]")]
        .filter((each) => (each.getAttribute("aria-label") ?? each.textContent ?? "").trim() === "")
        .map((each) => each.outerHTML),
    );
    expect(nameless).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("leaves no process behind, however it ends", async () => {
    const children = () => {
      try {
        return execFileSync("pgrep", ["-P", String(server.pid)], { encoding: "utf8" })
          .trim()
          .split("\n")
          .map(Number);
      } catch {
        return []; // it found none
      }
    };
    await phone.locator("#status[data-state=running]").waitFor();
    const demos = children();
    expect(demos).toHaveLength(2);
    await server.stop("SIGKILL");
    const alive = () =>
      demos.filter((pid) => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      });
    await poll(alive).toEqual([]);
  });
});

/** Runs in the page, before all else. */
function watchShifts(): void {
  const shifts = globalThis as unknown as { shifted: number };
  shifts.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.shifted += (entry as unknown as { value: number }).value;
  }).observe({ type: "layout-shift", buffered: true });
}
