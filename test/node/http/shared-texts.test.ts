import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { SharedTexts } from "../../../src/node/http/shared-texts.ts";

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
      texts.share(request);
      expect(request.rawHeaders).toEqual(fields);
      expect(request.url).toBe(`/?n=${index % 7}`);
    }
  });

  it("keeps no credentials, and nothing that each client has of its own", () => {
    const texts = new SharedTexts();
    texts.share(requestWith("/", "Host", "a.example"));
    const { size } = texts;
    const names = ["Cookie", "cookie", "Authorization", "Sec-WebSocket-Key"];
    for (const name of names) texts.share(requestWith("/", name, `secret of ${name}`));
    expect(texts.size).toBe(size + names.length);
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
