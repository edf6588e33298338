import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHttpExchange } from "../../src/node/client/http-exchange.ts";
import { clientRequests } from "../../src/node/client/request-options.ts";
import type { Exchange, PollingRequest } from "../../src/web/exchange.ts";
import { createFetchExchange } from "../../src/web/fetch.ts";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => handler(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const ask = (
  exchange: Exchange,
  url: string,
  changes: Partial<PollingRequest> = {},
  requests = new AbortController(),
) =>
  exchange({ url, body: undefined, last: false, ...changes }, requests).then(
    ([status, text, retryAfter]) => [status, text, ...(retryAfter ? [retryAfter] : [])],
    () => "nothing",
  );

const headers = { "x-token": "abc" };
const kinds: [string, (timeout: number) => Exchange][] = [
  ["fetch", (requestTimeout) => createFetchExchange({ extraHeaders: headers, requestTimeout })],
  ["node:http", (timeout) => createHttpExchange(clientRequests({ extraHeaders: headers }), timeout)],
];

describe.each(kinds)("an exchange by %s", (_, create) => {
  it("asks with its headers", async () => {
    const url = await serve((request, response) =>
      response.end(`${request.method} ${request.headers["x-token"]} 가`),
    );
    expect(await ask(create(0), url)).toEqual([200, "GET abc 가"]);
  });

  it("sends text", async () => {
    const url = await serve((request, response, body) =>
      response.end(`${request.headers["content-type"]} ${body}`),
    );
    const answer = await ask(create(0), url, { body: "4가\x1e1", last: true });
    expect(answer).toEqual([200, "text/plain;charset=UTF-8 4가\x1e1"]);
  });

  it("gives the status of a refusal", async () => {
    const url = await serve((_request, response) => response.writeHead(413).end("too much"));
    expect(await ask(create(0), url)).toEqual([413, "too much"]);
  });

  it("gives the delay that the server asks for", async () => {
    const url = await serve((_request, response) => response.writeHead(503, { "Retry-After": "7" }).end());
    expect(await ask(create(0), url)).toEqual([503, "", "7"]);
  });

  it("says that nobody answered", async () => {
    expect(await ask(create(0), "http://127.0.0.1:1/")).toBe("nothing");
  });

  it("says that the answer broke off", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 10 }).write("half");
      setImmediate(() => response.destroy());
    });
    expect(await ask(create(0), url)).toBe("nothing");
  });

  it("waits no longer than it is told to", async () => {
    const url = await serve(() => {});
    expect(await ask(create(20), url)).toBe("nothing");
  });

  it("ends when it is aborted", async () => {
    const requests = new AbortController();
    const url = await serve(() => requests.abort());
    expect(await ask(create(0), url, {}, requests)).toBe("nothing");
  });

  it("asks nobody when it was aborted before", async () => {
    let asked = false;
    const url = await serve((_request, response) => {
      asked = true;
      response.end();
    });
    const requests = new AbortController();
    requests.abort();
    expect([await ask(create(0), url, {}, requests), asked]).toEqual(["nothing", false]);
  });
});
