import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { io as connect } from "socket.io-client";
import { afterEach, describe, expect, it } from "vitest";

let child: ChildProcess | undefined;
afterEach(() => {
  child?.kill();
});

/** Starts a program, and gives the next line that it writes at each call. */
function start(file: string): () => Promise<string> {
  const started = spawn(
    process.execPath,
    ["--no-deprecation", fileURLToPath(new URL(file, import.meta.url))],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  child = started;
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  return async () => (await lines.next()).value ?? "the program ended";
}

// The lesson's server, in both kinds of module, from the package as it is built. It needs the build that `npm test` makes.
describe.each(["socket-server.mjs", "socket-server.cjs"])("the server of the lesson, %s", (file) => {
  it.each(["websocket", "polling"])("over %s: connection, news, reply, disconnect", async (transport) => {
    const line = start(file);
    const port = /^listening (\d+)$/.exec(await line())?.[1];
    const client = connect(`http://127.0.0.1:${port}`, {
      path: "/socket.io",
      transports: [transport as "polling"],
    });
    try {
      const news = new Promise((resolve) => {
        client.on("news", (data) => {
          client.emit("reply", "Hello Node.JS");
          resolve(data);
        });
      });
      const connected = await line();
      // By then the client knows its own id, too.
      expect(await news).toBe("Hello Socket.IO");
      expect(connected).toBe(`connected 127.0.0.1 ${client.id} true function`);
      expect(await line()).toBe("reply Hello Node.JS");
      const { id } = client;
      client.disconnect();
      expect(await line()).toBe(`disconnected 127.0.0.1 ${id}`);
    } finally {
      client.disconnect();
    }
  });
});
