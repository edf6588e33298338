import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { loadSessionKey } from "../server/session-key.js";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "baro-key-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

it("makes a key that only its owner reads, and keeps it", async () => {
  const data = join(await folder(), "data");
  const key = loadSessionKey(data);
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(loadSessionKey(data)).toBe(key);
  expect(await readdir(data)).toEqual(["session.key"]);
  expect((await stat(join(data, "session.key"))).mode & 0o777).toBe(0o600);
});

it("signs nothing with a key that is empty or cut short", async () => {
  const data = await folder();
  for (const broken of ["", "\n", "short", "x".repeat(42)]) {
    await writeFile(join(data, "session.key"), broken);
    const key = loadSessionKey(data);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(await readFile(join(data, "session.key"), "utf8")).toBe(key);
  }
});
