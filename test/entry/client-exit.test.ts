import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Server } from "socket.io";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";

// A program of its own: only there one sees whether it comes to its end.

const folder = mkdtempSync(join(tmpdir(), "baro-client-"));
const program = join(folder, "program.mjs");

beforeAll(() =>
  build({
    stdin: {
      contents: `
        import { io } from "./client.node.ts";
        const [url, transports, upgraded, autoUnref] = process.argv.slice(2);
        const socket = io(url, { transports: transports.split(","), autoUnref: autoUnref !== undefined });
        if (autoUnref) {
          // Until then something else keeps the program.
          const other = setInterval(() => {}, 1_000);
          socket.on("connect", () => {
            console.log("hello");
            clearInterval(other);
          });
          socket.on("connect_error", () => {
            console.log("hello");
            clearInterval(other);
          });
        } else
        socket.on("connect", async () => {
          if (upgraded) await new Promise((resolve) => socket.io.engine.on("upgrade", resolve));
          console.log(await socket.emitWithAck("echo", "hello"));
          socket.disconnect();
        });`,
      resolveDir: fileURLToPath(new URL("../../src/entry/", import.meta.url)),
      loader: "js",
    },
    outfile: program,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]): Promise<[code: unknown, output: string]> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return [await new Promise((resolve) => child.on("close", resolve)), output];
}

async function serve(): Promise<string> {
  const http = createServer();
  const server = new Server(http);
  server.on("connection", (socket) => socket.on("echo", (text, answer) => answer(text)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

it.each([
  ["polling", ""],
  ["websocket", ""],
  ["polling,websocket", "upgraded"],
])("a program comes to its end after disconnect, over %s", async (transports, upgraded) => {
  expect(await run(await serve(), transports, upgraded)).toEqual([0, "hello\n"]);
});

it.each(["polling", "websocket", "polling,websocket", "websocket,polling"])(
  "a program with autoUnref comes to its end while it is connected, over %s",
  async (transports) => {
    expect(await run(await serve(), transports, "", "autoUnref")).toEqual([0, "hello\n"]);
  },
);

it("a program with autoUnref comes to its end while it tries to connect", async () => {
  expect(await run("http://127.0.0.1:1", "polling", "", "autoUnref")).toEqual([0, "hello\n"]);
});
