import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileAlone } from "./architecture/compile.ts";
import { LAYERS, type Layer, LEAVES } from "./architecture/layers.ts";
import { violations } from "./architecture/rules.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SRC = join(ROOT, "src");

const alone = LAYERS.filter((layer) => layer.compilesWith !== undefined).map((layer): [string, Layer] => [
  layer.folder,
  layer,
]);

describe("the layers", () => {
  it("keep the table", () => {
    expect(violations(SRC)).toEqual([]);
  });

  it.each(alone)("%s/ compiles alone", (_, layer) => {
    expect(compileAlone(SRC, layer)).toBe("");
  });

  it("are those of ARCHITECTURE.md", () => {
    const rows = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .map((line) => line.split("|")[1] ?? "");
    const named = rows.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
    const folders = LAYERS.map((layer) => layer.folder).filter((folder) => folder !== "leaves");
    expect(named.sort()).toEqual([...LEAVES, ...folders.map((folder) => `${folder}/`)].sort());
  });
});

describe("a planted violation is seen", () => {
  let copy: string;
  let before: string[];

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "baro-planted-"));
    cpSync(SRC, copy, { recursive: true });
    before = violations(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true }));

  /** Writes `files`, gives what `look` finds, and takes the files away again. */
  function planted<T>(files: Record<string, string>, look: () => T): T {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      writeFileSync(join(copy, file), text);
    }
    try {
      return look();
    } finally {
      for (const file of Object.keys(files)) rmSync(join(copy, file));
    }
  }

  const news = (files: Record<string, string>) =>
    planted(files, () => violations(copy).filter((line) => !before.includes(line)));

  const node = "export const a = 1;\nexport type A = number;\n";

  it.each<[string, Record<string, string>, string[]]>([
    [
      "an import that the table forbids",
      { "node/p.ts": node, "engine/p.ts": 'import { a } from "../node/p.ts";\nexport const b = a;\n' },
      ["engine/p.ts:1: engine/ may not import node/p.ts"],
    ],
    [
      "the same for a type",
      { "node/p.ts": node, "engine/p.ts": 'import type { A } from "../node/p.ts";\nexport type B = A;\n' },
      ["engine/p.ts:1: engine/ may not import node/p.ts"],
    ],
    [
      "the same inside a type expression",
      { "node/p.ts": node, "engine/p.ts": 'export type B = import("../node/p.ts").A;\n' },
      ["engine/p.ts:1: engine/ may not import node/p.ts"],
    ],
    [
      "a dynamic import",
      { "node/p.ts": node, "client/p.ts": '\nexport const b = () => import("../node/p.ts");\n' },
      ["client/p.ts:2: client/ may not import node/p.ts"],
    ],
    [
      "a dynamic import that nobody can follow",
      { "entry/p.ts": "export const b = (name: string) => import(name);\n" },
      ["entry/p.ts:1: an import() must name its module, so that this test can follow it"],
    ],
    [
      "a re-export",
      {
        "node/p.ts": node,
        "web/p.ts": 'export * from "../node/p.ts";\n',
        "web/q.ts": 'export { a } from "../node/p.ts";\n',
      },
      ["web/p.ts:1: web/ may not import node/p.ts", "web/q.ts:1: web/ may not import node/p.ts"],
    ],
    [
      "an import of the old kind",
      { "node/p.ts": node, "web/p.ts": 'import p = require("../node/p.ts");\nexport const b = p.a;\n' },
      ["web/p.ts:1: web/ may not import node/p.ts"],
    ],
    [
      "an import that leaves src/",
      { "node/p.ts": 'export * from "../../package.json";\n' },
      ["node/p.ts:1: ../package.json is no file of src/"],
    ],
    [
      "the emitter in a pure folder",
      { "engine/p.ts": 'export * from "../emitter.ts";\n' },
      ["engine/p.ts:1: engine/ may not import emitter.ts"],
    ],
    [
      "a module of Node",
      { "websocket/p.ts": 'import "node:net";\n' },
      ["websocket/p.ts:1: websocket/ may not import node:net"],
    ],
    [
      "a type of Node outside its one file",
      { "server/p.ts": 'export type { IncomingMessage } from "node:http";\n' },
      ["server/p.ts:1: server/ may not import node:http"],
    ],
    [
      "a module of Node without its scheme",
      { "node/p.ts": 'import "net";\n' },
      ["node/p.ts:1: write node:net"],
    ],
    [
      "a package",
      { "node/p.ts": 'import "express";\n' },
      ["node/p.ts:1: express is a package that node/ may not import"],
    ],
    [
      "a cycle of values",
      {
        "node/p.ts": 'import { b } from "./q.ts";\nexport const a = (): unknown => b;\n',
        "node/q.ts": 'import { a } from "./p.ts";\nexport const b = (): unknown => a;\n',
      },
      ["cycle of values: node/p.ts → node/q.ts → node/p.ts"],
    ],
    [
      "a cycle through a dynamic import",
      {
        "node/p.ts": 'export const a = () => import("./q.ts");\n',
        "node/q.ts": 'import { a } from "./p.ts";\nexport const b = a;\n',
      },
      ["cycle of values: node/p.ts → node/q.ts → node/p.ts"],
    ],
    [
      "a cycle of types across folders",
      {
        "engine/p.ts": 'import type { B } from "../node/p.ts";\nexport type A = B | 1;\n',
        "node/p.ts": 'import type { A } from "../engine/p.ts";\nexport type B = A[] | 2;\n',
      },
      [
        "engine/p.ts:1: engine/ may not import node/p.ts",
        "cycle of types across folders: engine/p.ts → node/p.ts → engine/p.ts",
      ],
    ],
    [
      "a file over 400 lines",
      { "node/p.ts": "export {};\n".repeat(401) },
      ["node/p.ts: 401 lines, 400 is the most a file may have"],
    ],
    [
      "a timer",
      { "engine/p.ts": "\n\nsetTimeout(() => {}, 1);\n" },
      ["engine/p.ts:3: setTimeout is forbidden in engine/"],
    ],
    [
      "a date",
      { "websocket/p.ts": "export const a = () => Date.now();\n" },
      ["websocket/p.ts:1: Date is forbidden in websocket/"],
    ],
    [
      "a promise",
      { "socketio/p.ts": "export type A = Promise<void>;\n" },
      ["socketio/p.ts:1: Promise is forbidden in socketio/"],
    ],
    [
      "a name in a shorthand",
      { "engine/p.ts": "export const a = { process };\n" },
      ["engine/p.ts:1: process is forbidden in engine/"],
    ],
    [
      "the page",
      { "client/p.ts": "document.title = '';\n" },
      ["client/p.ts:1: document is forbidden in client/"],
    ],
    [
      "a global of Node in the browser",
      { "web/p.ts": "export const a = Buffer.alloc(1);\n" },
      ["web/p.ts:1: Buffer is forbidden in web/"],
    ],
    [
      "a detour",
      { "engine/p.ts": 'export const a = globalThis["x" as never];\n' },
      ["engine/p.ts:1: globalThis is forbidden in engine/"],
    ],
    [
      "an async function in a pure folder",
      { "engine/p.ts": "export const a = async () => 1;\n" },
      ["engine/p.ts:1: async is forbidden in engine/, which is pure"],
    ],
    [
      "a folder without a layer",
      { "utils/p.ts": node },
      ["utils/p.ts: no layer of test/architecture/layers.ts covers it"],
    ],
    ["a new leaf", { "p.ts": node }, ["p.ts: no layer of test/architecture/layers.ts covers it"]],
    ["a file that is no TypeScript", { "node/p.js": "" }, ["node/p.js: only TypeScript lives in src/"]],
    ["a file that does not parse", { "node/p.ts": "const const;" }, [expect.stringContaining("node/p.ts: ")]],
  ])("%s", (_, files, expected) => {
    expect(news(files)).toEqual(expected);
  });

  it.each<[string, Record<string, string>]>([
    [
      "a cycle of types inside one folder",
      {
        "node/p.ts": 'import type { B } from "./q.ts";\nexport type A = B | 1;\n',
        "node/q.ts": 'import type { A } from "./p.ts";\nexport type B = A[];\n',
      },
    ],
    [
      "a property with the name of a global",
      { "engine/p.ts": "export const a = (b: { process: number }) => b.process;\n" },
    ],
    [
      "the name of a global in a text",
      { "engine/p.ts": '// setTimeout\nexport const a = "import Date from process";\n' },
    ],
    [
      "an imported Buffer",
      { "websocket/p.ts": 'import { Buffer } from "node:buffer";\nexport const a = Buffer.alloc(1);\n' },
    ],
    ["a file of 400 lines", { "node/p.ts": "export {};\n".repeat(400) }],
  ])("%s is none", (_, files) => {
    expect(news(files)).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ["engine", "export const a = location.href;\n", /Cannot find name 'location'/],
    [
      "socketio",
      "export const a: NodeJS.Timeout | undefined = undefined;\n",
      /Cannot find namespace 'NodeJS'/,
    ],
    ["client", "export const a = new Headers();\n", /Cannot find name 'Headers'/],
  ])("%s/ does not compile with a name of another platform", (folder, text, message) => {
    const layer = LAYERS.find((each) => each.folder === folder) as Layer;
    expect(planted({ [`${folder}/p.ts`]: text }, () => compileAlone(copy, layer))).toMatch(message);
  });
});
