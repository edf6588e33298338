// `npm run bench`: what Baro and its peers cost, side by side in one run. The servers live in processes of their own;
// this process is the load. `npm run bench -- --help` names the options.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { prepare } from "../scripts/prepare.mjs";
import { readOptions } from "./options.mjs";
import { print, progress } from "./print.mjs";

const { rows, size: isSizeWanted, seconds, rounds } = readOptions();
prepare();
// After the build, which they need.
const { measure } = await import("./measure.mjs");
const { measureSize } = await import("./size.mjs");
const { SERVERS, versions } = await import("./servers/index.mjs");
const { summarize } = await import("./summary.mjs");
const { renderReport } = await import("./report/report.mjs");

const started = new Date();
const samples = new Map();
const remarks = new Map();

for (const [index, row] of rows.entries()) {
  const taken = new Map();
  samples.set(row.id, taken);
  // The servers take turns, so that a noisy minute of the machine meets them all.
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of row.servers) {
      if (SERVERS[server].missing !== undefined) {
        remarks.set(server, SERVERS[server].missing);
        continue;
      }
      progress(`${index + 1} of ${rows.length}, ${row.id}: ${server}, round ${round} of ${rounds}`);
      try {
        const sample = await measure(row, server, seconds);
        taken.set(server, [...(taken.get(server) ?? []), sample]);
      } catch (error) {
        remarks.set(`${server}, ${row.id}`, error.message);
        process.exitCode = 1;
      }
    }
  }
}
progress("");

const result = {
  date: started.toISOString(),
  minutes: (Date.now() - started.getTime()) / 60_000,
  command: ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" "),
  machine: {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memory: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    versions: versions(),
  },
  seconds,
  rounds,
  figures: summarize(rows, samples),
  size: isSizeWanted ? measureSize() : undefined,
  remarks: [...remarks].map(([about, text]) => `${about}: ${text}`),
};
print(result);
for (const remark of result.remarks) console.log(`\nLeft out: ${remark}`);

const folder = new URL("./results/", import.meta.url);
mkdirSync(folder, { recursive: true });
const name = result.date.slice(0, 19).replaceAll(":", "-");
const json = new URL(`${name}.json`, folder);
const html = new URL(`${name}.html`, folder);
writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
writeFileSync(html, renderReport(result));
console.log(`\n${fileURLToPath(json)}\n${fileURLToPath(html)}`);
process.exit();
