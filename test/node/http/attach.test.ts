import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect } from "node:net";
import express from "express";
import { describe, expect, it } from "vitest";
import { EngineServer } from "../../../src/node/http/engine-server.ts";
import { ask, exchange, listen } from "../../support/http.ts";

const POLLING = "?EIO=4&transport=polling";
const UPGRADE =
  "HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

const answering =
  (text: string): RequestListener =>
  (_request: IncomingMessage, response: ServerResponse) =>
    response.end(text);

const engine = (options = {}) => new EngineServer(options, () => {});

describe("an HTTP server with an engine", () => {
  it("gives the engine its path, and the rest to those that were there", async () => {
    const { server, port } = await listen(createServer(answering("other")));
    engine().attach(server);
    expect((await ask({ port, path: "/" })).body).toBe("other");
    expect((await ask({ port, path: "/engine.iox/" })).body).toBe("other");
    expect((await ask({ port, path: "//engine.io/" })).body).toBe("other");
    expect((await ask({ port, path: `/engine.io/${POLLING}` })).body).toMatch(/^0/);
    expect((await ask({ port, path: `/engine.io/below${POLLING}` })).body).toMatch(/^0/);
  });

  it("gives the rest to those that come later, too", async () => {
    const { server, port } = await listen();
    engine().attach(server);
    const app = express();
    app.get("/hello", (_request, response) => void response.send("from express"));
    server.on("request", app);
    expect((await ask({ port, path: "/hello" })).body).toBe("from express");
    expect((await ask({ port, path: "/none" })).status).toBe(404);
    expect((await ask({ port, path: `/engine.io/${POLLING}` })).body).toMatch(/^0/);
  });

  it("answers with 404 where nobody else is there", async () => {
    const { server, port } = await listen();
    engine().attach(server);
    expect((await ask({ port, path: "/" })).status).toBe(404);
  });

  it("may have two of them, and listeners before, between and after", async () => {
    const { server, port } = await listen(
      createServer((request, response) => {
        if (request.url === "/before") response.end("before");
      }),
    );
    engine({ path: "/one" }).attach(server);
    server.on("request", (request, response) => {
      if (request.url === "/between") response.end("between");
    });
    engine({ path: "/two" }).attach(server);
    server.on("request", (request, response) => {
      if (request.url === "/after") response.end("after");
    });
    for (const name of ["before", "between", "after"]) {
      expect((await ask({ port, path: `/${name}` })).body).toBe(name);
    }
    for (const name of ["one", "two"]) {
      expect((await ask({ port, path: `/${name}/${POLLING}` })).body).toMatch(/^0/);
    }
  });

  it("takes the path with or without the slash at its end, as it is told", async () => {
    const { server, port } = await listen(createServer(answering("other")));
    engine({ path: "/with/" }).attach(server);
    engine({ path: "/without", addTrailingSlash: false }).attach(server);
    expect((await ask({ port, path: `/with/${POLLING}` })).body).toMatch(/^0/);
    expect((await ask({ port, path: `/with${POLLING}` })).body).toBe("other");
    expect((await ask({ port, path: `/without${POLLING}` })).body).toMatch(/^0/);
    expect((await ask({ port, path: `/without/${POLLING}` })).body).toMatch(/^0/);
  });

  it("leaves other upgrades to the others", async () => {
    const { server, port } = await listen();
    engine({ destroyUpgradeTimeout: 20 }).attach(server);
    server.on("upgrade", (request, socket) => {
      if (request.url === "/other") socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
      setTimeout(() => socket.end("bye"), 100);
    });
    expect(await exchange(port, `GET /other ${UPGRADE}`)).toBe("HTTP/1.1 101 Switching Protocols\r\n\r\nbye");
  });

  it("H-9: survives the reset of an upgrade that nobody takes", async () => {
    const { server, port } = await listen();
    engine().attach(server);
    const socket = connect(port, "127.0.0.1");
    const upgraded = once(server, "upgrade");
    socket.write(`GET /nobody ${UPGRADE}`);
    const [request] = (await upgraded) as [IncomingMessage];
    const closed = new Promise((resolve) => request.socket.once("close", resolve));
    socket.resetAndDestroy();
    await closed;
    expect((await ask({ port, path: `/engine.io/${POLLING}` })).body).toMatch(/^0/);
  });

  it("ends upgrades that nobody takes", async () => {
    const { server, port } = await listen();
    engine({ destroyUpgradeTimeout: 20 }).attach(server);
    expect(await exchange(port, `GET /nobody ${UPGRADE}`)).toBe("");
  });

  it("leaves them alone if it is told so", async () => {
    const { server, port } = await listen();
    engine({ destroyUpgrade: false, destroyUpgradeTimeout: 1 }).attach(server);
    server.on("upgrade", (_request, socket) => setTimeout(() => socket.end("late"), 50));
    expect(await exchange(port, `GET /other ${UPGRADE}`)).toBe("late");
  });
});
