import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import WebSocket from "ws";

// The lesson's server as it is written, in both kinds of modules, from the package as it is built; npm's client, as
// its page is a browser's. The program starts its interval of three seconds itself: one message of it is waited for.
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

it.each(["ws-server.mjs", "ws-server.cjs"])("runs %s with only the import changed", async (file) => {
  const child = spawn(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], {
    env: { ...process.env, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => (await lines.next()).value;
  const port = (await line()).split(" ")[1];

  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("beside");
  const client = new WebSocket(`ws://127.0.0.1:${port}/`);
  expect(await line()).toBe("connected 127.0.0.1");
  const proxied = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { "X-Forwarded-For": "203.0.113.7" } });
  expect(await line()).toBe("connected 203.0.113.7");
  client.send("hello");
  expect(await line()).toBe("message hello");
  // One that is gone without a word must not end the server when its interval comes.
  proxied.terminate();
  expect(await line()).toBe("closed 203.0.113.7");

  const [data, isBinary] = await once(client, "message");
  expect([String(data), isBinary]).toEqual(["A message from the server to the client.", false]);
  client.close();
  expect(await line()).toBe("closed 127.0.0.1");
  expect(child.exitCode).toBe(null);
});
