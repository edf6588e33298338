import { spawn } from "node:child_process";
import { within } from "./within.mjs";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** The server of a recipe. It is started without npm, so that a signal reaches it and not what stands before it. */
export class Child {
  output = "";
  ended;
  #process;
  #url;

  constructor(folder, command) {
    const [program, ...args] = command.split(" ");
    if (program !== "node") throw new Error(`\`npm start\` shall be node and its arguments, not ${command}`);
    const env = { ...process.env, PORT: "0", NEXT_TELEMETRY_DISABLED: "1" };
    this.#process = spawn(process.execPath, args, { cwd: folder, env });
    running.add(this.#process);
    this.#url = new Promise((resolve) => {
      for (const stream of [this.#process.stdout, this.#process.stderr]) {
        stream.on("data", (chunk) => {
          this.output += chunk;
          const match = /^http:\/\/localhost:\d+/m.exec(this.output);
          if (match !== null) resolve(match[0]);
        });
      }
    });
    this.ended = new Promise((resolve, reject) => {
      this.#process.once("exit", (code, signal) => {
        running.delete(this.#process);
        if (code === 0 || signal === "SIGTERM") resolve();
        else reject(new Error(`it ended with ${code ?? signal}`));
      });
    });
    this.ended.catch(() => {});
  }

  url() {
    const early = this.ended.then(() => Promise.reject(new Error("it ended before it listened")));
    return within("the server to listen", Promise.race([this.#url, early]));
  }

  terminate() {
    this.#process.kill("SIGTERM");
  }

  kill() {
    this.#process.kill("SIGKILL");
  }
}
