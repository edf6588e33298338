import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { AFTER, BEFORE } from "./before.ts";
import { linesOf, parseCurl } from "./curl.ts";
import { type Block, blocksOf, PAGES, ROOT, read } from "./page.ts";
import { compile } from "./program.ts";
import { World } from "./world.ts";

// Every block of every page: JavaScript, TypeScript and HTML run, a page from its top to its end as one program; calls of
// curl are answered by the server of their page; npm and node are asked for what exists; the rest is read by its own
// compiler, where this machine has it.

/** Languages that say something about code and are none. */
const PROSE = new Set(["", "diff", "text"]);
const RUN = new Set(["ts", "tsx", "js", "jsx", "html", "sh"]);

const pages = PAGES.map((path) => ({ path, blocks: blocksOf(read(path)) }));
const temporary = mkdtempSync(join(tmpdir(), "baro-docs-"));
afterAll(() => rmSync(temporary, { recursive: true }));

describe("every block of code", () => {
  let world: World | undefined;
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  it.each(pages.filter(({ blocks }) => blocks.some(({ language }) => RUN.has(language))))(
    "$path runs",
    async ({ path, blocks }) => {
      world = new World(await freePort());
      await BEFORE[path]?.(world);
      for (const block of blocks) {
        try {
          await within(run(block, world, path));
        } catch (error) {
          throw new Error(`${path}:${block.line}: ${String(error)}`, { cause: error });
        }
      }
      await AFTER[path]?.(world);
    },
    120_000,
  );

  it.each(pages.filter(({ blocks }) => blocks.some(({ language }) => !RUN.has(language))))(
    "$path can be read by the compilers of its languages",
    ({ path, blocks }) => {
      for (const { language, code, line } of blocks) {
        if (RUN.has(language) || PROSE.has(language)) continue;
        const checker = CHECKERS[language];
        if (checker === undefined) throw new Error(`${path}:${line}: nobody checks ${language}`);
        const fault = checker(code);
        expect(fault === undefined ? "" : `${path}:${line}: ${fault}`).toBe("");
      }
    },
  );
});

async function run(block: Block, world: World, path: string): Promise<void> {
  if (block.language === "sh") return runShell(block.code, world, path);
  if (block.language === "html") {
    for (const [, script = ""] of block.code.matchAll(/<script(?: type="module")?>([\s\S]*?)<\/script>/g)) {
      await world.runInPage(await compile(script, "js", world.port));
    }
    return;
  }
  if (RUN.has(block.language)) await world.run(await compile(block.code, block.language, world.port));
}

/** Asks what curl would ask; looks whether there is what npm and node are told to run. Other programs are not called. */
async function runShell(code: string, world: World, path: string): Promise<void> {
  let position = "";
  for (const line of linesOf(code)) {
    const command = line.replace(/\s+#.*$/, "");
    if (command.startsWith("curl ")) {
      const { url, init } = parseCurl(line.replaceAll(/\b3000\b/g, String(world.port)));
      // The position that the line before has given; and nobody waits for what does not come.
      const response = await fetch(url.replace("POSITION", position).replace("&wait=55", ""), init);
      position = response.headers.get("etag")?.replaceAll('"', "") ?? position;
      await response.body?.cancel();
      if (!path.startsWith("recipes/")) expect(`${response.status} ${command}`).toMatch(/^2\d\d /);
      continue;
    }
    for (const [, script = ""] of command.matchAll(/npm run(?: --?\w+)* ([\w:]+)/g)) {
      const folder = path.startsWith("recipes/") && !command.includes("../..") ? join(path, "..") : "";
      const { scripts } = JSON.parse(read(join(folder, "package.json")));
      expect(Object.keys(scripts)).toContain(script);
    }
    for (const [, file = ""] of command.matchAll(/\bnode ([\w./-]+\.m?js)/g)) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
    expect(command, "a program that nobody checks").toMatch(/^\(?(npm|npx|node|cd|git|kill|export) ?/);
  }
}

type Checker = (code: string) => string | undefined;

const CHECKERS: Readonly<Record<string, Checker>> = {
  json: (code) => fault(() => JSON.parse(code)),
  css: (code) => fault(() => transformSync(code, { loader: "css" })),
  python: byProgram("python3", "py", (file) => ["-m", "py_compile", file]),
  go: byProgram("gofmt", "go", (file) => ["-e", "-l", file]),
  nginx: byProgram(
    "nginx",
    "conf",
    (file) => ["-t", "-c", file],
    (code) => `events {}\nhttp {\n${code}\n}\n`,
  ),
  caddy: byProgram("caddy", "Caddyfile", (file) => ["validate", "--adapter", "caddyfile", "--config", file]),
  haproxy: byProgram("haproxy", "cfg", (file) => ["-c", "-f", file]),
  yaml: () => undefined,
};

/** Looks at code by a program of its language. A machine without the program says so, for all to see. */
function byProgram(
  program: string,
  ending: string,
  toArguments: (file: string) => string[],
  wrap: (code: string) => string = (code) => code,
): Checker {
  return (code) => {
    const file = join(temporary, `block.${ending}`);
    writeFileSync(file, wrap(code));
    const result = spawnSync(program, toArguments(file), { encoding: "utf8" });
    if (result.error !== undefined) {
      console.warn(`NOT CHECKED: a block of ${ending}, for this machine has no ${program}.`);
      return undefined;
    }
    return result.status === 0 ? undefined : `${result.stdout}${result.stderr}`;
  };
}

function fault(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function within<Value>(promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it waits for something that does not come")), 30_000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
