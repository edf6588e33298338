import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { connect as connectHttp2, createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { io as connect } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";
import { certificate } from "../support/certificate.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const port = async (http: { listen(port: number, host: string): unknown; address(): unknown }) => {
  http.listen(0, "127.0.0.1");
  await once(http as HttpServer, "listening");
  return (http.address() as AddressInfo).port;
};
const manage = (io: Server): Server => {
  onTestFinished(() => io.close());
  return io;
};
const echo = async (url: string, options: object = {}): Promise<unknown> => {
  const client = connect(url, { forceNew: true, reconnection: false, rejectUnauthorized: false, ...options });
  onTestFinished(() => {
    client.disconnect();
  });
  return client.timeout(10_000).emitWithAck("echo", "hello");
};
const echoing = (io: Server): Server =>
  io.on("connection", (socket: Socket) => socket.on("echo", (text, ack) => ack(text)));

describe("the servers below", () => {
  it("may be HTTPS", async () => {
    const https = createHttpsServer(certificate());
    const io = echoing(manage(new Server(https)));
    const url = `https://127.0.0.1:${await port(https)}`;
    const accepted = once(io.engine, "connection");
    expect(await echo(url)).toBe("hello");
    expect((await accepted)[0].request.socket.encrypted).toBe(true);
  });

  it("may be HTTP/2: WebSocket and polling by HTTP/1, polling by HTTP/2", async () => {
    const http2 = createSecureServer({ ...certificate(), allowHTTP1: true });
    const io = echoing(manage(new Server(http2)));
    const url = `https://127.0.0.1:${await port(http2)}`;
    expect(await echo(url, { transports: ["websocket"] })).toBe("hello");
    expect(await echo(url, { transports: ["polling"] })).toBe("hello");

    const session = connectHttp2(url, { rejectUnauthorized: false });
    onTestFinished(() => session.close());
    // As a page of this server sends it with each POST.
    const ask = async (method: string, sid: string, body = "", origin = url): Promise<string> => {
      const path = `/socket.io/?EIO=4&transport=polling${sid && `&sid=${sid}`}`;
      const stream = session.request({ ":method": method, ":path": path, origin });
      if (method === "POST") stream.end(body);
      let text = "";
      for await (const chunk of stream) text += chunk;
      return text;
    };
    const { sid } = JSON.parse((await ask("GET", "")).slice(1));
    expect(await ask("POST", sid, "40")).toBe("ok");
    expect(await ask("GET", sid)).toMatch(/^40{"sid":/);
    expect(await ask("POST", sid, '421["echo","hi"]')).toBe("ok");
    expect(await ask("GET", sid)).toBe('431["hi"]');
    expect(await ask("POST", sid, "3", "https://evil.example")).toContain("Forbidden");
    await io.close();
  });
});

describe("attach", () => {
  it("takes options that change those of the constructor", async () => {
    const io = echoing(manage(new Server({ path: "/one", connectTimeout: 1000 })));
    const http = createServer();
    io.attach(http, { path: "/two", connectTimeout: 2000, maxHttpBufferSize: 5000 });
    expect([io.path(), io.connectTimeout()]).toEqual(["/two", 2000]);
    const url = `http://127.0.0.1:${await port(http)}`;
    expect(await echo(url, { path: "/two" })).toBe("hello");
    const opening = await (await fetch(`${url}/two/?EIO=4&transport=polling`)).text();
    expect(JSON.parse(opening.slice(1)).maxPayload).toBe(5000);
    expect(io.httpServer).toBe(http);
  });

  it("may be done to several servers, which close together", async () => {
    const [a, b] = [createServer(), createServer()];
    const io = echoing(new Server(a));
    io.listen(b);
    for (const http of [a, b]) expect(await echo(`http://127.0.0.1:${await port(http)}`)).toBe("hello");
    expect(io.engine.clientsCount).toBe(2);
    await io.close();
    expect([a.listening, b.listening]).toEqual([false, false]);
  });

  it("keeps what was said to the engine before", async () => {
    const io = echoing(manage(new Server()));
    io.engine.use((_request, response, next) => {
      response.setHeader("x-early", "yes");
      next();
    });
    const http = createServer();
    io.attach(http);
    const answer = await fetch(`http://127.0.0.1:${await port(http)}/socket.io/?EIO=4&transport=polling`);
    expect(answer.headers.get("x-early")).toBe("yes");
  });
});

describe("path, serveClient and connectTimeout", () => {
  it("give and set", async () => {
    const io = manage(new Server());
    expect([io.path(), io.serveClient(), io.connectTimeout(), io.adapter()]).toEqual([
      "/socket.io",
      true,
      45_000,
      undefined,
    ]);
    expect(io.path("/rt").serveClient(false).connectTimeout(1000)).toBe(io);
    const http = createServer();
    io.attach(http);
    expect([io.path(), io.serveClient(), io.connectTimeout()]).toEqual(["/rt", false, 1000]);
    const url = `http://127.0.0.1:${await port(http)}`;
    expect((await fetch(`${url}/rt/?EIO=4&transport=polling`)).status).toBe(200);
    expect((await fetch(`${url}/rt/socket.io.js`)).status).toBe(400);
    const late = expect.objectContaining({ code: "BARO_STATE" });
    expect(() => io.path("/late")).toThrow(late);
    expect(() => io.serveClient(true)).toThrow(late);
  });
});

describe("what Baro does not have", () => {
  it.each<[object, RegExp]>([
    [{ allowEIO3: true }, /allowEIO3/],
    [{ wsEngine: class {} }, /wsEngine/],
    [{ adapter: () => ({}) }, /adapter/],
    [{ transports: ["webtransport"] }, /webtransport/],
    [{ slowConsumer: "drop", connectionStateRecovery: {} }, /choose one/],
  ])("is refused by the constructor and by attach: %j", (options, sentence) => {
    const refusal = expect.objectContaining({
      code: "BARO_OPTION",
      message: expect.stringMatching(sentence),
    });
    expect(() => new Server(options as ServerOptions)).toThrow(refusal);
    expect(() => new Server().attach(createServer(), options as ServerOptions)).toThrow(refusal);
  });

  it("is refused by methods too", () => {
    const refusal = expect.objectContaining({ code: "BARO_OPTION" });
    const io = new Server();
    for (const call of [() => io.adapter({}), () => io.attachApp(), () => io.bind()]) {
      expect(call).toThrow(refusal);
    }
  });
});

describe.skipIf(!existsSync(join(ROOT, "dist/entry/server.js")))("require", () => {
  const run = (program: string, name = "program.cjs") => {
    const folder = mkdtempSync(join(tmpdir(), "baro-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "package.json"), "{}");
    writeFileSync(join(folder, name), program);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const { stdout, stderr } = spawnSync(process.execPath, [join(folder, name)], { encoding: "utf8" });
    return stdout + stderr;
  };

  it("gives the function with the classes on it", () => {
    const output = run(`
      const baro = require("baro");
      const { Server, Socket, Namespace, BaroError } = require("baro");
      const http = require("node:http").createServer();
      const io = require("baro")(http, { path: "/rt" });
      console.log([io instanceof Server, new baro() instanceof baro.Server, io.path(), io.httpServer === http,
        io.sockets instanceof Namespace, typeof Socket, new BaroError("A", "b").code].join());
    `);
    expect(output).toContain("true,true,/rt,true,true,function,A");
  });

  it("gives the same classes as import", () => {
    const output = run(
      `
      import SocketIO, { Server } from "baro";
      import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("baro");
      console.log([required === SocketIO, required.Server === Server, SocketIO() instanceof Server].join());
    `,
      "program.mjs",
    );
    expect(output).toContain("true,true,true");
  });
});
