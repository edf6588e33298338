import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { ClientFiles } from "../../../src/node/http/client-files.ts";
import { EngineServer } from "../../../src/node/http/engine-server.ts";
import { ask, listen } from "../../support/http.ts";

const SCRIPT = 'globalThis.io = "바로";';

async function serve(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "baro-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "socket.io.js"), SCRIPT);
  writeFileSync(join(folder, "socket.io.min.js.map"), "{}");
  writeFileSync(join(folder, "secret.js"), "secret");
  const { server, port } = await listen();
  const files = new ClientFiles(pathToFileURL(`${folder}/`));
  new EngineServer({ path: "/socket.io" }, () => {}).attach(server, {}, files);
  return port;
}

describe("a script of the client", () => {
  it("is served beside the engine, and not again while it is the same", async () => {
    const port = await serve();
    const path = "/socket.io/socket.io.js?v=1";
    const { status, headers, body } = await ask({ port, path });
    expect([status, body]).toEqual([200, SCRIPT]);
    expect(headers).toMatchObject({
      "content-type": "application/javascript; charset=utf-8",
      "content-length": String(Buffer.byteLength(SCRIPT)),
      "cache-control": "public, max-age=0",
      etag: expect.stringMatching(/^W\/"[\w-]{43}"$/),
    });
    for (const tag of [headers.etag, headers.etag?.slice(2), `"other", ${headers.etag}`, "*"]) {
      const again = await ask({ port, path, headers: { "If-None-Match": String(tag) } });
      expect([again.status, again.body, again.headers.etag]).toEqual([304, "", headers.etag]);
    }
    expect((await ask({ port, path, headers: { "If-None-Match": '"other"' } })).status).toBe(200);
    const head = await ask({ port, path, method: "HEAD" });
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([
      200,
      "",
      headers["content-length"],
    ]);
  });

  it("is compressed for those who take it", async () => {
    const port = await serve();
    const path = "/socket.io/socket.io.js";
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { "Accept-Encoding": "gzip" } });
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(answer.headers.get("vary")).toBe("Accept-Encoding");
    expect(await answer.text()).toBe(SCRIPT);
    const plain = await ask({ port, path, headers: { "Accept-Encoding": "gzip;q=0" } });
    expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, SCRIPT]);
    expect(plain.headers.etag).toBe(answer.headers.get("etag"));
  });

  it("has its map beside it", async () => {
    const { headers, body } = await ask({ port: await serve(), path: "/socket.io/socket.io.min.js.map" });
    expect([headers["content-type"], body]).toEqual(["application/json; charset=utf-8", "{}"]);
  });

  it("is not found where it was not built", async () => {
    expect((await ask({ port: await serve(), path: "/socket.io/socket.io.min.js" })).status).toBe(404);
  });

  it.each(["secret.js", "../secret.js", "..%2fsocket.io.js", "constructor", "socket.io.js/", ""])(
    "is nothing but itself: %j is for the engine",
    async (name) => {
      const { status, body } = await ask({ port: await serve(), path: `/socket.io/${name}` });
      expect([status, body]).toEqual([400, '{"code":0,"message":"Transport unknown"}']);
    },
  );

  it("is not written to", async () => {
    const answer = await ask({ port: await serve(), path: "/socket.io/socket.io.js", method: "POST" });
    expect(answer.status).toBe(400);
  });
});
