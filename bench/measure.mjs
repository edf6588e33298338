import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chat, deflated, echo, fanOut, idle, listeners, roundTrips } from "./load/traffic.mjs";
import { SERVERS } from "./servers/index.mjs";

const host = fileURLToPath(new URL("./servers/host.mjs", import.meta.url));

/** Seconds that a server has for an answer, and ten thousand connections for their handshakes. */
const PATIENCE = 120;

/** How each kind of traffic is measured. */
const KINDS = {
  echo: [measureTraffic, echo],
  fanOut: [measureTraffic, fanOut],
  listeners: [measureTraffic, listeners],
  chat: [measureTraffic, chat],
  idle: [measureIdle, idle],
  deflated: [measureIdle, deflated],
  roundTrips: [measureLatency, roundTrips],
};

/** One row on one fresh server: its figures, and `load`, the CPU of this process in the same unit. */
export async function measure(row, name, seconds) {
  const { module, env, execPath, load, options } = SERVERS[name];
  const child = fork(host, [module, JSON.stringify({ ...row.server, ...options })], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    env: { ...process.env, ...env },
    ...(execPath === undefined ? {} : { execPath, execArgv: [] }),
  });
  try {
    const { port } = await ask(child);
    const [measureKind, traffic] = KINDS[row.kind];
    return await measureKind(
      () => traffic({ ...row.load, ...load }, port, seconds),
      () => ask(child, "usage"),
      seconds,
    );
  } finally {
    child.kill("SIGKILL");
  }
}

/** A warm-up of half the time, then `seconds` that count. */
async function measureTraffic(open, usage, seconds) {
  const clients = await within(open());
  const ends = watch(clients);
  const snapshot = async () => ({ ...(await usage()), ...own(), delivered: sum(clients) });
  await sleep(seconds * 500);
  const before = await snapshot();
  await sleep(seconds * 1000);
  const after = await snapshot();
  ends.check();
  for (const client of clients) client.close();
  const messages = after.delivered - before.delivered;
  if (messages === 0) throw new Error("no message was delivered");
  return {
    cpu: (after.cpu - before.cpu) / messages,
    load: (after.own - before.own) / messages,
    rate: messages / ((after.now - before.now) / 1000),
  };
}

/** What connections cost that are there and say nothing, or have said one thing. */
async function measureIdle(open, usage) {
  const before = { ...(await usage()), ...own() };
  const clients = await within(open());
  const ends = watch(clients);
  const opened = { ...(await usage()), ...own() };
  // What the last handshakes left behind is given back meanwhile.
  await sleep(2_000);
  const { memory } = await usage();
  ends.check();
  for (const client of clients) client.close();
  return {
    memory: (memory - before.memory) / 1024 / clients.length,
    accept: (opened.cpu - before.cpu) / clients.length,
    load: (opened.own - before.own) / clients.length,
  };
}

async function measureLatency(open) {
  const times = await within(open());
  const at = (share) => times[Math.floor(times.length * share)] * 1000;
  return { p50: at(0.5), p99: at(0.99) };
}

/** A server that drops clients does less work: such a figure does not count. */
function watch(clients) {
  let ended = 0;
  for (const client of clients) {
    client.onEnd = () => {
      ended += 1;
    };
  }
  return {
    check() {
      if (ended > 0) throw new Error(`it closed ${ended} of ${clients.length} connections`);
    },
  };
}

function sum(clients) {
  let all = 0;
  for (const client of clients) all += client.received;
  return all;
}

/** What this process, the load, has used. */
function own() {
  const { user, system } = process.cpuUsage();
  return { own: user + system, now: performance.now() };
}

/** The next message of the child, after `question` if there is one. */
async function ask(child, question) {
  const ended = new AbortController();
  const gone = once(child, "exit", ended).then(() => Promise.reject(new Error("its process ended")));
  gone.catch(() => {});
  if (question !== undefined) child.send(question);
  try {
    const [answer] = await within(Promise.race([once(child, "message", ended), gone]));
    return answer;
  } finally {
    ended.abort();
  }
}

function within(promise) {
  const ended = new AbortController();
  const late = sleep(PATIENCE * 1000, undefined, ended).then(() => {
    throw new Error(`no answer within ${PATIENCE} s`);
  });
  late.catch(() => {});
  return Promise.race([promise, late]).finally(() => ended.abort());
}
