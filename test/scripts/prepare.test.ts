import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/prepare.mjs", import.meta.url));

// A build as the real one: two outputs, and one line so that one sees that it ran.
const BUILD = `
import { mkdirSync, writeFileSync } from "node:fs";
mkdirSync("dist/entry", { recursive: true });
mkdirSync("dist/client", { recursive: true });
writeFileSync("dist/entry/server.js", "");
writeFileSync("dist/client/socket.io.esm.min.js", "");
`;

describe("prepare", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "baro-prepare-"));
    mkdirSync(join(root, "scripts"));
    copyFileSync(SCRIPT, join(root, "scripts/prepare.mjs"));
    write("run.mjs", 'import { prepare } from "./scripts/prepare.mjs";\nprepare();\nconsole.log("ready");\n');
    write("scripts/build.mjs", BUILD);
    write("src/entry/server.ts", "");
    write("package-lock.json", lock({ "node_modules/a": { version: "1.0.0" } }));
    write("node_modules/.package-lock.json", lock({ "node_modules/a": { version: "1.0.0" } }));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  /** A lock with `packages`, and the root, which npm's own copy does not have. */
  function lock(packages: Record<string, unknown>): string {
    return JSON.stringify({ packages: { "": {}, ...packages } });
  }

  /** An npm that only says so, in the place where npm names itself to its scripts. */
  function run(): { status: number | null; output: string } {
    write("npm.js", 'require("node:fs").writeFileSync("installed", process.argv.slice(2).join(" "));\n');
    const env = { ...process.env, npm_execpath: join(root, "npm.js") };
    const result = spawnSync(process.execPath, ["run.mjs"], { cwd: root, env, encoding: "utf8" });
    return { status: result.status, output: result.stdout + result.stderr };
  }

  it("builds what is missing, once", () => {
    expect(run()).toEqual({ status: 0, output: "Building …\nready\n" });
    expect(run()).toEqual({ status: 0, output: "ready\n" });
  });

  it("builds again when a source is newer", () => {
    run();
    const later = Date.now() / 1000 + 60;
    utimesSync(join(root, "src/entry/server.ts"), later, later);
    expect(run().output).toBe("Building …\nready\n");
  });

  it("shows the output of a build that fails", () => {
    write("scripts/build.mjs", 'console.log("no such type");\nprocess.exit(2);\n');
    const { status, output } = run();
    expect(status).toBe(1);
    expect(output).toContain("no such type");
    expect(output).toContain("The build failed; its output is above.");
    expect(output).not.toContain("ready");
  });

  it.each<[string, Record<string, unknown>]>([
    ["is missing", {}],
    ["has another version", { "node_modules/a": { version: "1.0.1" } }],
  ])("installs when a package %s", (_, present) => {
    write("node_modules/.package-lock.json", lock(present));
    expect(run().output).toBe("Installing what is missing …\nBuilding …\nready\n");
  });

  it("installs when nothing is installed", () => {
    rmSync(join(root, "node_modules"), { recursive: true });
    expect(run().output).toBe("Installing what is missing …\nBuilding …\nready\n");
  });

  it("does not miss the optional packages of other platforms", () => {
    const optional = { "node_modules/b": { version: "1.0.0", optional: true } };
    write("package-lock.json", lock({ "node_modules/a": { version: "1.0.0" }, ...optional }));
    expect(run().output).toBe("Building …\nready\n");
  });

  it("says which Node it needs", () => {
    write(
      "old.mjs",
      'Object.defineProperty(process.versions, "node", { value: "20.18.3" });\nawait import("./run.mjs");\n',
    );
    const result = spawnSync(process.execPath, ["old.mjs"], { cwd: root, encoding: "utf8" });
    expect(result.status).toBe(1);
    expect(result.stderr).toBe("Baro needs Node 20.19 or newer; this is Node 20.18.3.\n");
  });
});
