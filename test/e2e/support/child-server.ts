import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const EXAMPLES = new URL("../../../examples/", import.meta.url);

/** An example as users start it, by default the GIF chat: a process of its own. */
export class ChildServer {
  readonly #start: string;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #errors = "";

  constructor(options: {
    readonly port: number | string;
    readonly dataDir: string;
    readonly example?: string;
  }) {
    this.#start = fileURLToPath(new URL(`${options.example ?? "gif-chat"}/start.js`, EXAMPLES));
    this.#environment = { ...process.env, PORT: String(options.port), DATA_DIR: options.dataDir };
  }

  /** Of the process that runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the process wrote to stderr. */
  get errors(): string {
    return this.#errors;
  }

  /** Starts the process, and gives the address that it prints. */
  async start(): Promise<string> {
    const child = spawn(process.execPath, [this.#start], {
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.on("data", (chunk) => {
      this.#errors += chunk;
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const [address] = /http:\/\/\S+/.exec(line) ?? [];
      if (address !== undefined) return address;
    }
    throw new Error(`it did not start:\n${this.#errors}`);
  }

  /** Ends the process, and gives its exit code. */
  async stop(signal: "SIGKILL" | "SIGTERM" | "SIGINT"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  /** Waits until a process that fails by itself has ended, and gives its exit code. */
  async failed(): Promise<number | null> {
    const child = spawn(process.execPath, [this.#start], {
      env: this.#environment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.on("data", (chunk) => {
      this.#errors += chunk;
    });
    await once(child, "close");
    return child.exitCode;
  }
}

/** A port that is free now, and stays so unless another program is very quick. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.close();
  await once(server, "close");
  return address.port;
}
