import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { io as connect } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { Server } from "../../src/entry/server.ts";
import { type CutProxy, startCutProxy } from "../support/cut-proxy.ts";
import { ask, listen } from "../support/http.ts";
import { findChromium, openProfile } from "./support/chromium.ts";

const executablePath = findChromium();
const hasCurl = spawnSync("curl", ["--version"]).status === 0;
const KEY = "the-key-of-the-backend";
const PAGE = `<!doctype html><script>
  const heard = [];
  const source = new EventSource("/socket.io/sse?room=room");
  source.addEventListener("open", ({ data }) => { if (data) window.session = JSON.parse(data); });
  source.addEventListener("said", ({ data }) => heard.push(JSON.parse(data)));
  source.addEventListener("gap", ({ data }) => heard.push("gap " + data));
  window.say = (text) => fetch("/socket.io/emit?id=" + session.id, {
    method: "POST",
    headers: { Authorization: "Bearer " + session.secret },
    body: JSON.stringify({ event: ["say", text], id: 1 }),
  }).then((answer) => answer.json());
</script>`;

/** One of the six: what it has heard, how it speaks, and the proxy that cuts it off. */
interface Client {
  readonly name: string;
  heard(): Promise<readonly string[]> | readonly string[];
  /** Resolves when the server has it. */
  say(text: string): Promise<unknown>;
  readonly proxy: CutProxy;
}

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** Those who poll are not always there to be cut off. */
const cut = ({ proxy }: Client): Promise<void> => {
  const before = proxy.cuts;
  return until(() => {
    proxy.cutAll();
    return proxy.cuts > before;
  });
};

const start = async () => {
  const http = createServer((_request, response) => response.end(PAGE));
  const { port } = await listen(http);
  const io = new Server(http, {
    connectionStateRecovery: {},
    open: { publishKeys: [KEY], streamRetry: 100 },
  });
  onTestFinished(() => io.close());
  io.publicRooms("room");
  io.history("room");
  io.on("connection", (socket) => {
    if (!socket.recovered) socket.join("room");
    socket.on("say", (text, answer) => {
      io.to("room").emit("said", text);
      answer();
    });
  });
  return port;
};

const publish = (port: number, text: string) =>
  ask({
    port,
    path: "/socket.io/publish",
    method: "POST",
    headers: { Authorization: `Bearer ${KEY}`, "Idempotency-Key": text },
    body: JSON.stringify({ rooms: ["room"], event: ["said", text] }),
  });

const stock = async (name: string, transport: string, serverPort: number): Promise<Client> => {
  const proxy = await startCutProxy(serverPort, () => ({}));
  const client = connect(`http://127.0.0.1:${proxy.port}`, {
    forceNew: true,
    transports: [transport],
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
  });
  onTestFinished(() => void client.disconnect());
  const heard: string[] = [];
  let connections = 0;
  client.on("said", (text) => heard.push(text));
  client.on("connect", () => {
    connections += 1;
    if (connections > 1 && !client.recovered) heard.push("not recovered");
  });
  await until(() => client.connected);
  return { name, proxy, heard: () => heard, say: (text) => client.emitWithAck("say", text) };
};

const plain = async (serverPort: number): Promise<Client> => {
  const proxy = await startCutProxy(serverPort, () => ({}));
  const heard: string[] = [];
  let position: string | undefined;
  let socket: WebSocket;
  let isOver = false;
  let acks = 0;
  const open = (): void => {
    if (isOver) return;
    const after = position === undefined ? "" : `&after=${position}`;
    socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/socket.io/plain?room=room${after}`);
    socket.on("error", () => {});
    socket.on("close", () => setTimeout(open, 20));
    socket.on("message", (data) => {
      const message = JSON.parse(String(data));
      position = message.position ?? message.open?.position ?? position;
      if (message.event?.[0] === "said") heard.push(message.event[1]);
      if (message.ack !== undefined) acks += 1;
      if (message.gap !== undefined) heard.push("gap");
    });
  };
  onTestFinished(() => {
    isOver = true;
    socket.terminate();
  });
  open();
  await until(() => position !== undefined);
  const say = async (text: string): Promise<void> => {
    await until(() => socket.readyState === WebSocket.OPEN);
    const before = acks;
    socket.send(JSON.stringify({ event: ["say", text], id: 1 }));
    await until(() => acks > before);
  };
  return { name: "plain WebSocket", proxy, heard: () => heard, say };
};

const page = async (serverPort: number): Promise<Client> => {
  const proxy = await startCutProxy(serverPort, () => ({}));
  const profile = await openProfile(executablePath ?? "");
  onTestFinished(() => profile.close());
  const opened = await profile.context.newPage();
  await opened.goto(`http://127.0.0.1:${proxy.port}/page`);
  await opened.waitForFunction("window.session !== undefined");
  return {
    name: "EventSource in Chromium",
    proxy,
    heard: () => opened.evaluate("heard"),
    say: (text) => opened.evaluate(`say(${JSON.stringify(text)})`),
  };
};

const curl = async (serverPort: number): Promise<Client> => {
  const proxy = await startCutProxy(serverPort, () => ({}));
  const heard: string[] = [];
  let position: string | undefined;
  let child: ChildProcess;
  let isOver = false;
  const open = (): void => {
    if (isOver) return;
    const header = position === undefined ? [] : ["-H", `Last-Event-ID: ${position}`];
    child = spawn("curl", ["-sN", ...header, `http://127.0.0.1:${proxy.port}/socket.io/sse?room=room`]);
    let rest = "";
    let event = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [name, value = ""] = line.split(/: (.*)/s);
        if (name === "event") event = value;
        if (name === "id") position = value;
        if (name === "data" && event === "said") heard.push(JSON.parse(value));
        if (name === "data" && event === "gap") heard.push(`gap ${value}`);
      }
    });
    child.on("close", () => setTimeout(open, 20));
  };
  onTestFinished(() => {
    isOver = true;
    child.kill();
  });
  open();
  await until(() => position !== undefined);
  return { name: "curl -N", proxy, heard: () => heard, say: (text) => publish(serverPort, text) };
};

const polling = async (serverPort: number): Promise<Client> => {
  const proxy = await startCutProxy(serverPort, () => ({}));
  const heard: string[] = [];
  let position: string | undefined;
  let isOver = false;
  const poll = async (): Promise<void> => {
    const where = position === undefined ? "last=0" : `after=${position}&wait=55`;
    const { headers, body } = await ask({ port: proxy.port, path: `/socket.io/poll?room=room&${where}` });
    const lines = body.split("\n").filter((line) => line !== "");
    position = headers.etag?.slice(1, -1);
    for (const line of lines) heard.push(JSON.parse(line).event?.[1] ?? line);
  };
  await poll();
  (async () => {
    // A poll that was cut off is asked again.
    while (!isOver) await poll().catch(() => new Promise((resolve) => setTimeout(resolve, 20)));
  })();
  onTestFinished(() => {
    isOver = true;
    proxy.cutAll();
  });
  return { name: "plain polling", proxy, heard: () => heard, say: (text) => publish(serverPort, text) };
};

describe.skipIf(executablePath === undefined || !hasCurl)("six kinds of clients in one room", () => {
  it("are cut off and come back at different moments, and all hear the same", async () => {
    const port = await start();
    const clients = [
      await stock("Socket.IO over WebSocket", "websocket", port),
      await stock("Socket.IO over polling", "polling", port),
      await plain(port),
      await page(port),
      await curl(port),
      await polling(port),
    ];
    const said: string[] = [];
    const say = async (client: Client, text: string): Promise<void> => {
      said.push(text);
      await client.say(text);
    };
    for (const [index, away] of clients.entries()) {
      await Promise.all(clients.map((client) => say(client, `${client.name}, ${index}, all`)));
      await cut(away);
      // Nobody waits for who is away; it hears of these when it is back.
      await Promise.all(
        clients
          .filter((client) => client !== away)
          .map((client) => say(client, `${client.name}, ${index}, without ${away.name}`)),
      );
      await until(async () => (await away.heard()).length >= said.length);
    }
    // And all of them at once.
    await Promise.all(clients.map(cut));
    for (const text of ["one", "two", "three"]) {
      said.push(text);
      await publish(port, text);
    }
    const [first, ...others] = clients;
    await until(async () => (await first?.heard())?.at(-1) === "three");
    const order = await first?.heard();
    expect([...(order ?? [])].sort()).toEqual(said.sort());
    for (const client of others) {
      await until(async () => (await client.heard()).length >= said.length);
      expect(await client.heard(), client.name).toEqual(order);
    }
  }, 60_000);
});
