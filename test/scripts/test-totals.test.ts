import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../scripts/test-totals.mjs", import.meta.url));

interface File {
  status: string;
  assertionResults: { status: string; fullName: string }[];
}

function totals(success: boolean, testResults: File[]): { stdout: string; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), "baro-totals-"));
  const report = join(folder, "report.json");
  try {
    writeFileSync(report, JSON.stringify({ success, testResults }));
    const { stdout, stderr } = spawnSync(process.execPath, [SCRIPT, report], { encoding: "utf8" });
    return { stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function file(status: string, ...tests: string[]): File {
  return { status, assertionResults: tests.map((each) => ({ status: each, fullName: `a ${each} test` })) };
}

describe("the totals of a run", () => {
  it("count each test", () => {
    const files = [file("passed", "passed", "passed"), file("failed", "passed", "failed")];
    expect(totals(false, files).stdout).toBe("3 1 0\n");
  });

  it("name what was skipped", () => {
    const { stdout, stderr } = totals(true, [file("passed", "passed", "skipped", "todo")]);
    expect(stdout).toBe("1 0 2\n");
    expect(stderr).toBe("skipped: a skipped test\ntodo: a todo test\n");
  });

  it("count a file that did not load as a failure", () => {
    expect(totals(false, [file("passed", "passed"), file("failed")]).stdout).toBe("1 1 0\n");
  });

  it("fail when an error outside of the tests failed the run", () => {
    expect(totals(false, [file("passed", "passed")]).stdout).toBe("1 1 0\n");
  });

  it("fail when there was no test", () => {
    expect(totals(true, []).stdout).toBe("0 1 0\n");
  });
});
