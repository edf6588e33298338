import { once } from "node:events";
import { IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, onTestFinished } from "vitest";
import { SharedTexts } from "../../../src/node/http/shared-texts.ts";
import { startOpen } from "../../support/open-app.ts";

const socket = new Socket();

/** As a parser makes it: each text a string of its own. */
function requestWith(url: string, ...rawHeaders: string[]): IncomingMessage {
  const request = new IncomingMessage(socket);
  request.url = copyOf(url);
  request.rawHeaders = rawHeaders.map(copyOf);
  return request;
}

function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

describe("texts that requests share", () => {
  it("leaves each request as it was", () => {
    const texts = new SharedTexts();
    for (let index = 0; index < 3000; index++) {
      const fields = ["Host", "a.example", "X-Number", `${index}`, "X-Long", `${index}`.padStart(300, ".")];
      const request = requestWith(`/?n=${index % 7}`, ...fields);
      request.headers = { "x-number": `${index}`, "set-cookie": ["a", "b"] };
      texts.share(request);
      expect(request.rawHeaders).toEqual(fields);
      expect(request.headers).toEqual({ "x-number": `${index}`, "set-cookie": ["a", "b"] });
      expect(request.url).toBe(`/?n=${index % 7}`);
    }
  });

  it("keeps no credentials, and nothing that each client has of its own", () => {
    const texts = new SharedTexts();
    texts.share(requestWith("/", "Host", "a.example"));
    const { size } = texts;
    const names = ["Cookie", "cookie", "Authorization", "Sec-WebSocket-Key"];
    for (const name of names) {
      const request = requestWith("/", name, `secret of ${name}`);
      request.headers[name.toLowerCase()] = `secret of ${name}`;
      texts.share(request);
    }
    expect(texts.size).toBe(size + names.length);
    for (const query of [
      "token=s",
      "EIO=4&transport=websocket&sid=s",
      "EIO=4&transport=polling&t=s",
      "EIO=4&&",
    ]) {
      texts.share(requestWith(`/socket.io/?${query}`));
    }
    expect(texts.size).toBe(size + names.length);
    texts.share(requestWith("/socket.io/?EIO=4&transport=websocket&baro=1"));
    expect(texts.size).toBe(size + names.length + 1);
  });

  it("keeps one copy of what many say, also after many that nobody else says", () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const texts = new SharedTexts();
    const requests: IncomingMessage[] = [];
    const values = Array.from({ length: 40 }, (_, index) => `${index}`.padStart(200, "-"));
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 2000; index++) {
      const request = requestWith("/", "X-Number", `${index}`, ...values);
      texts.share(request);
      requests.push(request);
    }
    collect();
    const bytes = (process.memoryUsage().heapUsed - before) / requests.length;
    // The values are 8,000 characters.
    expect(bytes).toBeLessThan(4000);
  });

  it("keeps little of what nobody says twice", () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const texts = new SharedTexts();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 20_000; index++) {
      texts.share(requestWith("/", "X-Number", `${index}`.padStart(250, "-")));
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
    // Not collected before.
    texts.share(requestWith("/"));
  });
});

// The bytes that each may take for 40 fields: the list is up to 1 KB, and up to 3 KB where Node has made headers of it.
// The values are 8 KB.
describe.each([
  ["Socket.IO", "/socket.io/?EIO=4&transport=websocket", 2_000],
  ["a stream", "/socket.io/sse", 6_000],
  ["plain WebSocket", "/socket.io/plain", 2_000],
])("clients of %s", (_kind, target, most) => {
  it("hold one copy of what all of them say", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const { port } = await startOpen();
    const upgrade = target.endsWith("sse")
      ? ""
      : "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const open = async (fields: string): Promise<number> => {
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let count = 0; count < 200; count++) {
        const client = connect(port, "127.0.0.1");
        onTestFinished(() => void client.destroy());
        const host = `Host: 127.0.0.1:${port}\r\nOrigin: http://127.0.0.1:${port}\r\n`;
        client.write(`GET ${target} HTTP/1.1\r\n${host}${upgrade}${fields}\r\n`);
        expect(String((await once(client, "data"))[0])).toMatch(/^HTTP\/1\.1 (101|200) /);
      }
      collect();
      return (process.memoryUsage().heapUsed - before) / 200;
    };
    await open("");
    const few = await open("");
    const long = Array.from({ length: 40 }, (_, index) => `X-${index}: ${"-".repeat(200)}\r\n`).join("");
    expect((await open(long)) - few).toBeLessThan(most);
  });
});
