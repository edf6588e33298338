// `node check.mjs <bundler> <project>`: a page's program that uses the `baro/client` which is installed in a project,
// bundled, looked at, and run in Chromium against the project's `baro`. Says what it weighs.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import { bundle } from "./bundlers.mjs";
import { runInChromium } from "./chromium.mjs";

const [name, project] = process.argv.slice(2);

const PAGE = `
import { io } from "baro/client";

const socket = io({ reconnectionDelay: 10 });
const next = (event) => new Promise((resolve) => socket.once(event, resolve));
globalThis.outcome = (async () => {
  const text = await socket.emitWithAck("echo", "바로");
  const bytes = new Uint8Array(await socket.emitWithAck("echo", new Uint8Array([1, 2, 255])));
  while (socket.io.engine.transport.name !== "websocket") await new Promise((resolve) => setTimeout(resolve, 5));
  const [reason] = await Promise.all([next("disconnect"), next("connect"), socket.emitWithAck("drop me")]);
  const again = new Uint8Array(await socket.emitWithAck("echo", bytes));
  socket.disconnect();
  return JSON.stringify([text, [...bytes], reason, [...again]]);
})();
`;
/**
 * How a program of CommonJS gets at it. Where a bundler follows Node, what is required is the function; esbuild gives the
 * module; Rollup knows no require by itself.
 */
const REQUIRES = {
  esbuild: 'const { io } = require("baro/client");',
  vite: 'const io = require("baro/client");',
  webpack: 'const io = require("baro/client");',
};
const OUTCOME = '["바로",[1,2,255],"transport close",[1,2,255]]';

/** What a bundle of nothing weighs, and programs that use nothing of the client. */
const NOTHING = "globalThis.outcome = 1;\n";
const UNUSED = {
  effects: `import "baro/client";\n${NOTHING}`,
  names: `import io, { connect, Manager, Socket, SSE, WebSocket } from "baro/client";\n${NOTHING}`,
  module: `import * as client from "baro/client";\n${NOTHING}`,
};
/** A program that uses a number of the client, and as much as that may weigh. */
const NUMBER = 'import { protocol } from "baro/client";\nglobalThis.outcome = protocol;\n';
const NUMBER_MOST = 200;

/** What only Node has, or a shim of it. The names of what bundlers bring themselves do not match. */
const OF_NODE = /\bnode:\w+|\bBuffer\b|\bprocess\b|\brequire\(|\b__dirname\b|\bsetImmediate\b/;

const file = await bundle(name, project, "page", PAGE);
const script = readFileSync(file, "utf8");
// Not every bundler takes out the comments.
const ofNode = OF_NODE.exec((await transform(script, { minify: true })).code);
demand(ofNode === null, `the bundle names ${ofNode?.[0]}`);
lookAtMap(JSON.parse(readFileSync(`${file}.map`, "utf8")));
demand(/\/\/# sourceMappingURL=main\.js\.map\s*$/.test(script), "the bundle does not name its source map");
await lookForUnused();
await run(script);
if (name in REQUIRES) {
  const text = PAGE.replace('import { io } from "baro/client";', REQUIRES[name]);
  await run(readFileSync(await bundle(name, project, "required", text), "utf8"));
}
console.log(`: ${gzipSync(script, { level: 9 }).byteLength} B compressed, with the page's own program`);

async function run(text) {
  const outcome = await runInChromium(project, text);
  demand(outcome === OUTCOME, `the page says ${outcome}`);
}

/** Whoever debugs a page finds the client's text with its names: its sources, or the module that the package brings. */
function lookAtMap({ sources, sourcesContent = [] }) {
  for (const name of ["Socket", "Manager", "Emitter"]) {
    const found = sourcesContent.some((text) => text?.match(`class ${name}\\b|\\b${name} = class`));
    demand(found, `the source map has no text of ${name}, only ${sources}`);
  }
}

async function lookForUnused() {
  const weigh = async (title, text) =>
    readFileSync(await bundle(name, project, title, text), "utf8")
      .replace(/\/\/# source.*/, "")
      .trim().length;
  const nothing = await weigh("nothing", NOTHING);
  for (const [title, text] of Object.entries(UNUSED)) {
    const more = (await weigh(title, text)) - nothing;
    demand(more === 0, `what is imported and not used (${title}) adds ${more} B`);
  }
  const more = (await weigh("number", NUMBER)) - nothing;
  demand(more <= NUMBER_MOST, `a number of the client brings ${more} B along`);
}

function demand(isTrue, words) {
  if (!isTrue) throw new Error(`${name}: ${words}`);
}
