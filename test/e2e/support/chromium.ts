import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Where a Chromium is: `CHROMIUM_PATH`, Debian's, or the one that Playwright has downloaded. Without one, the browser
 * tests are skipped, and say so; in CI nothing may be skipped, so there it is an error.
 */
export function findChromium(): string | undefined {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined && chosen !== "") {
    if (!existsSync(chosen)) throw new Error(`CHROMIUM_PATH names ${chosen}, and nothing is there.`);
    return chosen;
  }
  const found = ["/usr/bin/chromium", chromium.executablePath()].find((path) => existsSync(path));
  if (found !== undefined) return found;

  const sentence =
    "No Chromium was found, so the browser tests do not run. Get one by `apt-get install chromium` or " +
    "`npx playwright install chromium`, or name one in CHROMIUM_PATH.";
  if (process.env.CI) throw new Error(sentence);
  console.warn(`\n!!! ${sentence}\n`);
  return undefined;
}

/** A browser of its own, with a profile of its own: somebody else's computer. */
export interface Profile {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

export async function openProfile(
  executablePath: string,
  options: Parameters<typeof chromium.launchPersistentContext>[1] = {},
  extraArguments: readonly string[] = [],
): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), "baro-profile-"));
  const context = await chromium.launchPersistentContext(folder, {
    ...options,
    executablePath,
    args: [...ARGUMENTS, ...extraArguments],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
