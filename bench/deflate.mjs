// Compression beside ws: memory per connection after one message of 200 bytes each way, and server CPU per echo.
//   npm run build && node bench/deflate.mjs
// The server runs in a process of its own, the clients are those of ws.

import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import WebSocket, { WebSocketServer } from "ws";

const CONNECTIONS = 500;
const SIZES = [
  [64, 6000],
  [1024, 6000],
  [16_384, 1200],
  [131_072, 200],
];
const DIALECTS = [
  ["with context takeover", { threshold: 0 }],
  ["without", { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
];

let state = 1;
if (process.argv[2] === "server") await serve(process.argv[3], JSON.parse(process.argv[4]));
else await measure();

async function serve(name, options) {
  const http = createServer();
  if (name === "ws") {
    new WebSocketServer({ server: http, perMessageDeflate: options }).on("connection", (socket) =>
      socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary })),
    );
  } else {
    const { Shell } = await import("../dist/node/websocket/shell.js");
    const { SHELL_DEFAULTS } = await import("../dist/node/websocket/shell-options.js");
    const { acceptUpgrade, holdSocket } = await import("../dist/node/websocket/upgrade.js");
    const { perMessageDeflate } = await import("../dist/node/websocket/per-message-deflate.js");
    const { acceptHeaders, parseHandshake } = await import("../dist/websocket/handshake.js");
    class Echo extends Shell {
      message(data, isText) {
        if (isText) this.connection.sendText(data);
        else this.connection.sendBinary(data);
      }
      ping() {}
      pong() {}
      closed() {}
      drained() {}
    }
    const deflate = perMessageDeflate(options);
    http.on("upgrade", (request, socket, head) => {
      holdSocket(socket);
      const handshake = parseHandshake(request);
      const agreed = deflate.accept(handshake.extensions);
      acceptUpgrade(socket, acceptHeaders(handshake.key, undefined, agreed.header));
      new Echo("server", socket, SHELL_DEFAULTS, undefined, deflate.open("server", agreed.parameters)).start(
        head,
      );
    });
  }
  process.on("message", (what) => {
    if (what === "memory") for (let i = 0; i < 4; i += 1) globalThis.gc();
    const { user, system } = process.cpuUsage();
    process.send({ rss: process.memoryUsage().rss, cpu: user + system });
  });
  http.listen(0, "127.0.0.1", () => process.send({ port: http.address().port }));
}

async function measure() {
  for (const [dialect, options] of DIALECTS) {
    for (const name of ["ws", "baro"]) {
      const kilobytes = await memory(name, options);
      console.log(`${dialect}, ${name}: ${kilobytes.toFixed(1)} KB per connection after 200 B each way`);
    }
    for (const [size, count] of SIZES) {
      const figures = [];
      for (const name of ["ws", "baro"]) figures.push(await echo(name, options, size, count));
      const [theirs, ours] = figures;
      const share = (ours / theirs).toFixed(2);
      console.log(
        `${dialect}, ${size} B: ws ${theirs.toFixed(1)} us, baro ${ours.toFixed(1)} us, ${share} x`,
      );
    }
  }
}

async function memory(name, options) {
  const { server, port } = await start(name, options);
  const plain = await Promise.all(Array.from({ length: CONNECTIONS }, () => dial(port, options)));
  await wait(500);
  const idle = await ask(server, "memory");
  for (const client of plain) {
    client.send(text(200));
    await once(client, "message");
  }
  await wait(1000);
  const used = await ask(server, "memory");
  server.kill();
  for (const client of plain) client.terminate();
  return (used.rss - idle.rss) / 1024 / CONNECTIONS;
}

async function echo(name, options, size, count) {
  const { server, port } = await start(name, options);
  const clients = await Promise.all(Array.from({ length: 10 }, () => dial(port, options)));
  await run(clients, size, count / 4);
  const before = await ask(server, "cpu");
  await run(clients, size, count);
  const after = await ask(server, "cpu");
  server.kill();
  for (const client of clients) client.terminate();
  return (after.cpu - before.cpu) / count;
}

/** One message in flight on each connection. */
async function run(clients, size, count) {
  await Promise.all(
    clients.map(async (client) => {
      for (let i = 0; i < count / clients.length; i += 1) {
        client.send(text(size));
        await once(client, "message");
      }
    }),
  );
}

async function start(name, options) {
  const file = fileURLToPath(import.meta.url);
  const server = fork(file, ["server", name, JSON.stringify(options)], { execArgv: ["--expose-gc"] });
  const [{ port }] = await once(server, "message");
  return { server, port };
}

async function ask(server, what) {
  server.send(what);
  const [answer] = await once(server, "message");
  return answer;
}

async function dial(port, options) {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: options });
  await once(client, "open");
  return client;
}

function text(size) {
  let all = "";
  while (all.length < size) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    all += `{"id":${state % 1e6},"name":"user","text":"${state.toString(36)}"},`;
  }
  return all.slice(0, size);
}
