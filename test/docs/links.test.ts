import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, PAGES, ROOT, read, withoutCode } from "./page.ts";

describe("the pages", () => {
  it.each(PAGES)("%s has no dead link, and none to a heading that is not there", (path) => {
    const dead = [...withoutCode(read(path)).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?/g)]
      .filter(([, file = "", anchor]) => !isAlive(path, file, anchor))
      .map(([link]) => link);
    expect(dead).toEqual([]);
  });

  it.each(PAGES)("%s has each of its footnotes, and uses them all", (path) => {
    const page = withoutCode(read(path));
    const defined = [...page.matchAll(/^\[\^([\w-]+)\]:/gm)].map((match) => match[1]);
    const used = [...page.matchAll(/\[\^([\w-]+)\](?!:)/g)].map((match) => match[1]);
    expect([...new Set(used)].sort()).toEqual(defined.sort());
  });

  it("say the same in both READMEs: as many sections, rows and blocks of code", () => {
    const shape = (path: string) => {
      const page = read(path);
      const count = (pattern: RegExp) => [...page.matchAll(pattern)].length;
      return {
        headings: count(/^#+ /gm),
        rows: count(/^\|/gm),
        blocks: count(/^```/gm),
        points: count(/^- /gm),
      };
    };
    expect(shape("README.ko.md")).toEqual(shape("README.md"));
  });
});

function isAlive(from: string, file: string, anchor: string | undefined): boolean {
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(join(ROOT, path))) return false;
  if (anchor === undefined) return true;
  return !statSync(join(ROOT, path)).isDirectory() && anchorsOf(read(path)).has(anchor);
}
