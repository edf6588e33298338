import { fork } from "node:child_process";
import { EventEmitter } from "node:events";
import { fileURLToPath } from "node:url";
import { now } from "./now.js";

const MAIN = fileURLToPath(new URL("../demo/main.js", import.meta.url));

/**
 * The demo's server, a process of its own. It can be stopped for some time, and comes back when it ended by itself.
 * @extends {EventEmitter<{ state: [] }>}
 */
export class DemoProcess extends EventEmitter {
  #limits;
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #child;
  /** @type {import("../types.d.ts").DemoState} */
  #state = { state: "starting" };
  /** @type {number | undefined} */
  #port;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #failures = 0;
  #isOver = false;

  /** @param {import("./limits.js").LabLimits} limits */
  constructor(limits) {
    super();
    this.#limits = limits;
    this.#start();
  }

  get state() {
    return this.#state;
  }

  /** Where it listens on 127.0.0.1, while it runs. */
  get port() {
    return this.#port;
  }

  /** Stops it like a machine that loses its power, and starts it again later. */
  stop() {
    if (this.#state.state !== "running") return;
    const { stopMs } = this.#limits;
    this.#change({ state: "stopped", until: now() + stopMs });
    this.#end();
    this.#timer = setTimeout(() => this.#start(), stopMs);
  }

  /** Ends it for good. */
  dispose() {
    this.#isOver = true;
    this.#end();
  }

  #start() {
    this.#change({ state: "starting" });
    const child = fork(MAIN, {
      execArgv: [`--max-old-space-size=${this.#limits.demoHeap}`],
      // It needs nothing of what this process knows.
      env: process.env.SystemRoot === undefined ? {} : { SystemRoot: process.env.SystemRoot },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.#child = child;
    this.#timer = setTimeout(() => child.kill("SIGKILL"), this.#limits.startMs);
    child.once("message", (/** @type {{ port: number }} */ { port }) => {
      if (child !== this.#child) return;
      clearTimeout(this.#timer);
      this.#port = port;
      this.#failures = 0;
      this.#change({ state: "running" });
    });
    // It could not be started, or not be killed; what matters is its end.
    child.on("error", () => this.#lost(child));
    child.once("exit", () => this.#lost(child));
  }

  #end() {
    const child = this.#child;
    this.#child = undefined;
    this.#port = undefined;
    clearTimeout(this.#timer);
    child?.kill("SIGKILL");
  }

  /** @param {import("node:child_process").ChildProcess} child */
  #lost(child) {
    if (child !== this.#child || this.#isOver) return;
    this.#end();
    const wait = this.#limits.restartMs * 2 ** this.#failures;
    this.#failures += 1;
    if (this.#failures > this.#limits.restarts) {
      this.#change({ state: "stopped" });
      return;
    }
    this.#change({ state: "stopped", until: now() + wait });
    this.#timer = setTimeout(() => this.#start(), wait);
  }

  /** @param {import("../types.d.ts").DemoState} state */
  #change(state) {
    this.#state = state;
    this.emit("state");
  }
}
