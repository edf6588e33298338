// `npm run bench`: server CPU per message of Baro and of its peers, side by side in one run. The servers live in
// processes of their own; this process is the load. `npm run bench -- 1 1` is a short look: one second, one round.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { prepare } from "../scripts/prepare.mjs";
import { LOADS } from "./loads.mjs";

prepare();
const [seconds = 2, rounds = 3] = process.argv.slice(2).map(Number);
const host = fileURLToPath(new URL("./servers/host.mjs", import.meta.url));
const results = [];
const broken = new Set();

for (const load of LOADS) {
  const samples = new Map(load.servers.map((server) => [server, []]));
  // The servers take turns, so that a noisy minute of the machine meets them all.
  for (let round = 1; round <= rounds; round += 1) {
    for (const server of load.servers) {
      if (broken.has(server)) continue;
      progress(`${load.name}: ${server}, round ${round} of ${rounds}`);
      try {
        samples.get(server).push(await measure(load, server));
      } catch (error) {
        broken.add(server);
        progress("");
        console.error(`${server} is left out: ${error.message}`);
      }
    }
  }
  for (const [server, taken] of samples) if (taken.length > 0) results.push(summary(load, server, taken));
}
progress("");
print();
save();
process.exitCode = broken.size === 0 ? 0 : 1;

/** One load on one fresh server: a warm-up of half the time, then `seconds` that count. */
async function measure(load, server) {
  const child = fork(host, [server], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  try {
    const { port } = await ask(child);
    const traffic = await within(20, load.open(port));
    await sleep(seconds * 500);
    const before = { ...(await ask(child, "cpu")), ...own(), delivered: traffic.delivered() };
    await sleep(seconds * 1000);
    const after = { ...(await ask(child, "cpu")), ...own(), delivered: traffic.delivered() };
    traffic.close();
    const messages = after.delivered - before.delivered;
    if (messages === 0) throw new Error("no message was delivered");
    return {
      cpu: (after.cpu - before.cpu) / messages,
      loadCpu: (after.own - before.own) / messages,
      rate: messages / ((after.now - before.now) / 1000),
    };
  } finally {
    child.kill("SIGKILL");
  }
}

/** The next message of the child, after `question` if there is one. */
async function ask(child, question) {
  const ended = new AbortController();
  const gone = once(child, "exit", ended).then(() => Promise.reject(new Error("its process ended")));
  if (question !== undefined) child.send(question);
  try {
    const [answer] = await within(20, Promise.race([once(child, "message", ended), gone]));
    return answer;
  } finally {
    gone.catch(() => {});
    ended.abort();
  }
}

function within(limit, promise) {
  const ended = new AbortController();
  const late = sleep(limit * 1000, undefined, ended).then(() => {
    throw new Error(`no answer within ${limit} s`);
  });
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => ended.abort());
}

function own() {
  const { user, system } = process.cpuUsage();
  return { own: user + system, now: performance.now() };
}

/** The median round: the one that the noise of the machine has bent the least. */
function summary(load, server, taken) {
  const sorted = taken.toSorted((one, other) => one.cpu - other.cpu);
  return { load: load.name, server, ...sorted[Math.floor(sorted.length / 2)], samples: taken };
}

function print() {
  console.log(
    `Server CPU per delivered message, median of ${rounds} rounds of ${seconds} s. Less is better; 3.00 x is three times the CPU of Baro.\n`,
  );
  const row = (...cells) =>
    console.log(
      cells.map((cell, index) => (index < 2 ? cell.padEnd(24 - index * 12) : cell.padStart(14))).join(""),
    );
  row("load", "server", "CPU", "messages/s", "against Baro", "load CPU");
  for (const { load, server, cpu, rate, loadCpu } of results) {
    const baro = results.find((other) => other.load === load && other.server === "baro");
    const ratio = baro === undefined ? "" : `${(cpu / baro.cpu).toFixed(2)} x`;
    row(load, server, `${cpu.toFixed(2)} us`, rate.toFixed(0), ratio, `${loadCpu.toFixed(2)} us`);
    // A load that works harder than the server measures itself.
    if (loadCpu > cpu)
      console.log("  the load took more CPU than the server: read messages/s as a lower bound");
  }
}

function save() {
  const folder = new URL("./results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${new Date().toISOString().replaceAll(":", "-")}.json`, folder);
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(file, `${JSON.stringify({ machine, seconds, rounds, results }, undefined, 2)}\n`);
  console.log(`\nWritten to ${fileURLToPath(file)}`);
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") console.error(text);
}
