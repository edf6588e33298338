// Checks the package as a user gets it: packed, installed into an empty project, imported, type-checked, measured.
// The last line counts: `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { prepare, root } from "./prepare.mjs";

/** What the client may weigh in a page, compressed, in bytes: less than 9 KB. */
const MOST = 9 * 1024 - 1;
/** As much of `baro/client` as the script brings. */
const CLIENT = 'export { io, Manager, Socket, protocol } from "baro/client";';

const BUNDLERS = ["esbuild", "rollup", "vite", "webpack"];

const IMPORT = `
import { createServer } from "node:http";
import { Server } from "baro";
import { io } from "baro/client";
import { createChannel, createEventStream, EventSource } from "baro/sse";

const news = createChannel();
const http = createServer((request, response) => createEventStream(request, response).join(news));
const server = new Server(http);
server.on("connection", (socket) => socket.on("echo", (text, answer) => answer(text)));
http.listen(0, "127.0.0.1", () => {
  const socket = io("http://127.0.0.1:" + http.address().port);
  const source = new EventSource("http://127.0.0.1:" + http.address().port + "/news");
  source.onopen = () => news.broadcast("hello", "all");
  source.addEventListener("hello", ({ data }) => {
    source.close();
    socket.emit("echo", data, (text) => {
      socket.disconnect();
      server.close(() => process.exit(text === '"all"' ? 0 : 1));
    });
  });
});
setTimeout(() => { console.error("no answer within 10 s"); process.exit(1); }, 10_000);
`;

const REQUIRE = `
const { Server } = require("baro");
const io = require("baro/client");
const WebSocket = require("baro/websocket");
const sse = require("baro/sse");
if (typeof sse.EventSource !== "function" || sse.encodeEvent({ data: "a" }) !== "data: a\\n\\n") throw new Error("no streams");
if (typeof Server !== "function" || typeof io !== "function") throw new Error("no Server or no io");
if (io.io !== io || io.connect !== io || io.default !== io) throw new Error("no io on io");
if (typeof io.Manager !== "function" || typeof io.Socket !== "function" || io.protocol !== 5) throw new Error("no parts");
if (!(new WebSocket.Server({ noServer: true }) instanceof WebSocket.WebSocketServer)) throw new Error("no WebSocket");
`;

const TYPES = `
import { createServer } from "node:http";
import { Server } from "baro";
import { io, type Socket } from "baro/client";
import { useConnectionState, useEvent, useSocket } from "baro/react";
import { createChannel, createEventStream, EventSource, EventStreamParser } from "baro/sse";
import WebSocket, { type RawData, WebSocketServer } from "baro/websocket";

interface FromServer { news: (text: string) => void }
interface FromClient { reply: (text: string, answer: (length: number) => void) => void }

const server = new Server<FromClient, FromServer>(createServer());
server.on("connection", (socket) => {
  socket.emit("news", "Hello");
  socket.on("reply", (text, answer) => answer(text.length));
});
const socket: Socket<FromServer, FromClient> = io("http://localhost:3000", { transports: ["websocket"] });
socket.on("news", (text) => socket.emit("reply", text.toUpperCase(), (length) => console.log(length + 1)));
const wss: WebSocket.Server = new WebSocketServer({ noServer: true });
wss.on("connection", (ws, request) => ws.on("message", (data: RawData, isBinary) => ws.send(data, { binary: isBinary })));
const prices = createChannel<{ price: { symbol: string; value: number } }>({ history: { max: 100 } });
createServer((request, response) => void createEventStream(request, response).join(prices));
prices.broadcast("price", { symbol: "BARO", value: 1 });
// @ts-expect-error a price has a value
prices.broadcast("price", { symbol: "BARO" });
const source = new EventSource("http://localhost:3000/prices", { headers: { Authorization: "Bearer x" } });
source.addEventListener("price", ({ data, lastEventId }) => console.log(data.length, lastEventId.length));
source.onerror = ({ message, status }) => console.log(message.length, status);
new EventStreamParser({ event: ({ event, data }) => console.log(event.length, data.length) }).receiveText("data: a\\n\\n");
// @ts-expect-error the event's argument is a string
socket.emit("reply", 1, () => {});

export function Chat(): string {
  const chat: Socket<FromServer, FromClient> = useSocket<FromServer, FromClient>("/chat", { closeDelay: 500 });
  useEvent(chat, "news", (text) => console.log(text.toUpperCase()));
  useEvent(chat, "disconnect", (reason) => console.log(reason.length));
  // @ts-expect-error the server sends no such event
  useEvent(chat, "olds", () => {});
  return useConnectionState(chat).status;
}
`;

/** The same in a file of CommonJS, where both kinds of import become require. */
const REQUIRED_TYPES = `
import { io, Manager, type ManagerOptions, type Socket } from "baro/client";
import client = require("baro/client");

const options: Partial<ManagerOptions> = { autoConnect: false };
const sockets: Socket[] = [io(options), client(options), client.connect(options), client.io(options)];
const managers: Manager[] = [new Manager(options), new client.Manager(options)];
const version: number = client.protocol;
console.log(sockets, managers, version);
`;

const WITHOUT_REACT = `
import("baro/react").then(
  () => { throw new Error("there is a React"); },
  (error) => { if (!/Cannot find package 'react'/.test(error.message)) throw error; },
);
`;

const WITH_REACT = `
import { useConnectionState, useEvent, useSocket } from "baro/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";

function Page() {
  const socket = useSocket("http://127.0.0.1:1");
  useEvent(socket, "news", () => {});
  return createElement("p", null, useConnectionState(socket).status);
}
const html = renderToString(createElement(Page));
if (html !== "<p>connecting</p>") throw new Error(html);
`;

prepare();
// Outside of the repository, so that nothing resolves into it by chance.
const work = mkdtempSync(join(tmpdir(), "baro-package-"));
const project = join(work, "project");
let passed = 0;
let failed = 0;

try {
  const tarball = check("pack", pack);
  if (tarball !== undefined) {
    check("publint", () => tool("publint/src/cli.js", [tarball, "--strict"]));
    check("attw", () => tool("@arethetypeswrong/cli/dist/index.js", [tarball, "--profile", "esm-only"]));
    if (check("install", () => install(tarball)) !== undefined) {
      check("import", () => consume("import.mjs", IMPORT));
      check("require", () => consume("require.cjs", REQUIRE));
      check("types of a consumer", types);
      check("baro/react without React", () => consume("without-react.mjs", WITHOUT_REACT));
      check("baro/react with React", react);
      check("size of the page's script", size);
      check("size of baro/client, bundled", bundledSize);
      if (check("install of the bundlers", installBundlers) !== undefined) {
        for (const name of BUNDLERS) check(`baro/client by ${name}, in Chromium`, () => bundle(name));
      }
    }
  }
  check("dead exports, files and dependencies", () => tool("knip/bin/knip.js", ["--no-progress"]));
} finally {
  rmSync(work, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** One named check: `run` throws to fail; what it returns is printed when it is a remark. */
function check(name, run) {
  const started = performance.now();
  try {
    const result = run() ?? "";
    passed += 1;
    console.log(`ok      ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)${remark(result)}`);
    return result;
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${error.message.replace(/^/gm, "        ")}`);
    return undefined;
  }
}

function remark(result) {
  return typeof result === "string" && result.startsWith(": ") ? result : "";
}

function pack() {
  const [{ filename }] = JSON.parse(
    execute("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", work]),
  );
  return join(work, filename);
}

function install(tarball) {
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "private": true, "type": "module" }\n');
  execute("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", tarball], project);
}

function consume(file, text) {
  writeFileSync(join(project, file), text);
  execute(process.execPath, [file], project);
}

function types() {
  writeFileSync(join(project, "consumer.ts"), TYPES);
  writeFileSync(join(project, "consumer.cts"), REQUIRED_TYPES);
  // The last is a server's: it has no types of the DOM.
  for (const [customConditions, lib] of [[[]], [["browser"]], [[], ["ES2023"]]]) {
    const config = {
      compilerOptions: {
        ...{ strict: true, noEmit: true, skipLibCheck: false, module: "NodeNext", target: "ES2023" },
        ...{ customConditions, lib },
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      files: ["consumer.ts", "consumer.cts"],
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
    tool("typescript/bin/tsc", ["-p", project]);
  }
}

/** After all that must hold without React. */
function react() {
  for (const name of ["react", "react-dom", "scheduler"]) {
    cpSync(join(root, "node_modules", name), join(project, "node_modules", name), { recursive: true });
  }
  consume("react.mjs", WITH_REACT);
  types();
}

function size() {
  return weigh(readFileSync(join(project, "node_modules/baro/dist/client/socket.io.min.js")));
}

function bundledSize() {
  const { outputFiles } = buildSync({
    stdin: { contents: CLIENT, resolveDir: project },
    ...{ bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", write: false },
  });
  return weigh(outputFiles[0].contents);
}

function weigh(script) {
  const bytes = gzipSync(script, { level: 9 }).byteLength;
  const words = `${bytes} B compressed, ${script.byteLength} B raw; ${MOST} B is the most`;
  if (bytes > MOST) throw new Error(words);
  return `: ${words}`;
}

/** They are no workspace: who never comes here has none of them. */
function installBundlers() {
  execute(
    "npm",
    ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"],
    join(root, "conformance/bundlers"),
  );
}

function bundle(name) {
  return execute(process.execPath, [join(root, "conformance/bundlers/check.mjs"), name, project]).trim();
}

function tool(path, args) {
  execute(process.execPath, [join(root, "node_modules", path), ...args]);
}

function execute(command, args, cwd = root) {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 120_000 });
  if (result.status !== 0)
    throw new Error(`${result.stdout}${result.stderr}${result.error?.message ?? ""}`.trim());
  return result.stdout;
}
