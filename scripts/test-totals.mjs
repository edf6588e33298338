// `node scripts/test-totals.mjs report.json`: prints "<passed> <failed> <skipped>" of vitest's JSON report, and a
// line for each test that was skipped. A file that did not even load counts as one failure.
import { readFileSync } from "node:fs";

const report = JSON.parse(readFileSync(process.argv[2], "utf8"));
let passed = 0;
let failed = 0;
const skipped = [];
for (const file of report.testResults) {
  if (file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"))
    failed += 1;
  for (const test of file.assertionResults) {
    if (test.status === "passed") passed += 1;
    else if (test.status === "failed") failed += 1;
    else skipped.push(`${test.status}: ${test.fullName}`);
  }
}
for (const line of skipped) console.error(line);
// A run without a test proves nothing; an error outside of the tests makes the whole run fail.
if (failed === 0 && (passed === 0 || !report.success)) failed = 1;
console.log(`${passed} ${failed} ${skipped.length}`);
