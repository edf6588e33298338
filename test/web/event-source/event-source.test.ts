import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createGzip } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { ErrorEvent, EventSource, type EventSourceInit } from "../../../src/entry/sse.ts";
import { listen } from "../../support/http.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;
const STREAM = { "Content-Type": "text/event-stream" };
const FAST: EventSourceInit = { minRetry: 1, maxRetry: 5 };

/** A server that answers one request after the other, the last answer again and again. */
async function serve(...answers: Answer[]): Promise<{ url: string; requests: IncomingMessage[] }> {
  const requests: IncomingMessage[] = [];
  const { port } = await listen(
    createServer((request, response) => {
      requests.push(request);
      answers[Math.min(requests.length, answers.length) - 1]?.(response, request);
    }),
  );
  return { url: `http://127.0.0.1:${port}/`, requests };
}

function open(url: string, init: EventSourceInit = FAST): EventSource {
  const source = new EventSource(url, init);
  onTestFinished(() => source.close());
  return source;
}

function next<Type extends Event = MessageEvent<string>>(
  source: EventSource,
  name = "message",
): Promise<Type> {
  return new Promise((resolve) =>
    source.addEventListener(name, (event) => resolve(event as unknown as Type), { once: true }),
  );
}
const failure = (source: EventSource): Promise<ErrorEvent> => next<ErrorEvent>(source, "error");

const stream =
  (text: string): Answer =>
  (response) =>
    response.writeHead(200, STREAM).end(text);
const held =
  (text: string): Answer =>
  (response) =>
    response.writeHead(200, STREAM).write(text);
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

describe("an EventSource", () => {
  it("asks for a stream, and hears its events", async () => {
    const { url, requests } = await serve(held("data: 1\nid: 7\n\nevent: price\ndata: 2\n\n"));
    const source = open(`${url}a/../b?c#d`, { ...FAST, headers: { Authorization: "Bearer x" } });
    expect(source).toMatchObject({ url: `${url}b?c#d`, withCredentials: false, readyState: 0 });
    const opened = next<Event>(source, "open");
    const message = next(source);
    const price = next(source, "price");
    expect(await opened).toMatchObject({ type: "open", target: source });
    expect(source.readyState).toBe(EventSource.OPEN);
    const origin = new URL(url).origin;
    expect(await message).toMatchObject({ type: "message", data: "1", lastEventId: "7", origin });
    expect(await price).toMatchObject({ type: "price", data: "2", lastEventId: "7", origin });
    expect(requests[0]?.headers).toMatchObject({
      accept: "text/event-stream",
      authorization: "Bearer x",
      "cache-control": "no-cache",
    });
    expect(requests[0]?.headers["last-event-id"]).toBeUndefined();
    expect(requests[0]?.url).toBe("/b?c");
  });

  it("has the constants of the standard", () => {
    const source = open("http://127.0.0.1:1/");
    expect([EventSource.CONNECTING, EventSource.OPEN, EventSource.CLOSED]).toEqual([0, 1, 2]);
    expect([source.CONNECTING, source.OPEN, source.CLOSED]).toEqual([0, 1, 2]);
    expect(source).toBeInstanceOf(EventTarget);
  });

  it("calls the handlers of its attributes where the first of them was set", async () => {
    const { url } = await serve(held("data: 1\n\n"));
    const source = open(url);
    const called: string[] = [];
    expect(source.onmessage).toBeNull();
    source.onmessage = () => called.push("none");
    source.addEventListener("message", () => called.push("second"));
    const first = function (this: EventSource): void {
      called.push(this === source ? "first" : "");
    };
    source.onmessage = first;
    expect(source.onmessage).toBe(first);
    source.onerror = "no function" as unknown as null;
    expect(source.onerror).toBeNull();
    source.onopen = () => called.push("open");
    await next(source);
    expect(called).toEqual(["open", "first", "second"]);
    source.onmessage = null;
    expect(source.onmessage).toBeNull();
  });

  it("hears nothing once it was closed, not even of the same chunk", async () => {
    const { url } = await serve(held("data: 1\n\ndata: 2\n\n"));
    const source = open(url);
    const heard: string[] = [];
    source.onerror = () => heard.push("error");
    await new Promise<void>((resolve) => {
      source.onmessage = ({ data }) => {
        heard.push(data);
        source.close();
        setImmediate(resolve);
      };
    });
    expect(source.readyState).toBe(2);
    expect(heard).toEqual(["1"]);
  });

  it("lets its connection go when it is closed", async () => {
    let gone = (): void => {};
    const left = new Promise<void>((resolve) => {
      gone = resolve;
    });
    const { url } = await serve((response) => {
      held("data: 1\n\n")(response, response.req);
      response.on("close", gone);
    });
    const source = open(url);
    await next(source);
    source.close();
    await left;
  });

  it("can be closed before it is answered", async () => {
    let cancelled = (): void => {};
    const letGo = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const source: EventSource = open("http://a.test/", {
      // As one that cannot be aborted any more.
      async fetch() {
        source.close();
        return new Response(new ReadableStream({ cancel: cancelled }), { headers: STREAM });
      },
    });
    const opened: number[] = [];
    source.onopen = () => opened.push(1);
    await letGo;
    expect([source.readyState, opened.length]).toEqual([2, 0]);
  });

  it.each(["when it is told that the connection is lost", "while it waits"])(
    "can be closed %s",
    async (when) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      onTestFinished(() => void vi.useRealTimers());
      let requests = 0;
      const source = open("http://a.test/", {
        async fetch() {
          requests += 1;
          return new Response(null, { status: 500 });
        },
      });
      source.onerror = () => {
        if (when !== "while it waits") source.close();
      };
      await failure(source);
      source.close();
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(10_000_000);
      expect([source.readyState, requests]).toEqual([2, 1]);
    },
  );

  it("reads what is compressed as it comes", async () => {
    const { url } = await serve((response) => {
      response.writeHead(200, { ...STREAM, "Content-Encoding": "gzip" });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write("data: 바로\n\n");
      gzip.flush();
    });
    expect((await next(open(url))).data).toBe("바로");
  });

  it.each(["http", "", "/stream", "ftp://a/", "data:text/event-stream,x"])("refuses the URL %j", (url) => {
    expect(() => new EventSource(url)).toThrow(expect.objectContaining({ name: "SyntaxError" }));
  });

  it.each([
    ["http://user:secret@127.0.0.1/", {}],
    ["http://a/", { maxEvent: 0 }],
    ["http://a/", { minRetry: -1 }],
    ["http://a/", { maxRetry: 2 ** 31 }],
    ["http://a/", { minRetry: 2, maxRetry: 1 }],
    ["http://a/", { headers: { "a\nb": "c" } }],
    ["http://a/", { fetch: 1 }],
  ])("refuses %s with %o", (url, init) => {
    const refused = expect.objectContaining({ code: "BARO_OPTION" });
    expect(() => new EventSource(url, init as EventSourceInit)).toThrow(refused);
  });
});

describe("a connection that is lost", () => {
  it("is taken up again with what was heard last, in UTF-8", async () => {
    const { url, requests } = await serve(
      stream("retry: 1\nid: 바로\ndata: 1\n\nid: 9\n"),
      held("data: 2\n\n"),
    );
    const source = open(url);
    expect((await next(source)).data).toBe("1");
    const lost = await failure(source);
    expect(lost).toBeInstanceOf(ErrorEvent);
    expect(lost).toMatchObject({ type: "error", message: "The stream has ended", status: undefined });
    expect(source.readyState).toBe(EventSource.CONNECTING);
    expect(await next(source)).toMatchObject({ data: "2", lastEventId: "바로" });
    expect(Buffer.from(`${requests[1]?.headers["last-event-id"]}`, "latin1").toString()).toBe("바로");
  });

  it.each([500, 502, 503])("is tried again after %i", async (code) => {
    const { url } = await serve(status(code), held("data: 1\n\n"));
    const source = open(url);
    expect(await failure(source)).toMatchObject({ status: code });
    expect((await next(source)).data).toBe("1");
  });

  it("is tried again where there was no answer, or half of one", async () => {
    const { url } = await serve(
      (response) => response.destroy(),
      (response) => {
        held("data: 1\n")(response, response.req);
        setImmediate(() => response.destroy());
      },
      held("data: 2\n\n"),
    );
    const source = open(url);
    expect((await failure(source)).message).toContain("There was no answer");
    expect((await failure(source)).message).toContain("The connection was lost");
    expect((await next(source)).data).toBe("2");
  });

  it.each([
    [status(204), "The server answered with 204", 204],
    [status(404), "The server answered with 404", 404],
    [status(200, { "Content-Type": "text/html" }), "its type is text/html", 200],
    [status(200, { "Content-Type": "text/event-streams" }), "its type is text/event-streams", 200],
    [status(200), "its type is none", 200],
  ])("is over for good where the answer is no stream: %#", async (answer, message, code) => {
    const { url, requests } = await serve(answer);
    const source = open(url);
    const failed = await failure(source);
    expect(failed).toMatchObject({ message: expect.stringContaining(message), status: code });
    expect(source.readyState).toBe(EventSource.CLOSED);
    expect(requests).toHaveLength(1);
  });

  it.each(["Text/Event-Stream", "text/event-stream;charset=utf-8", "text/event-stream ; a=b"])(
    "is none with the type %s",
    async (type) => {
      const { url } = await serve((response) => {
        response.writeHead(200, { "Content-Type": type }).write("data: 1\n\n");
      });
      expect((await next(open(url))).data).toBe("1");
    },
  );
});

describe("a redirect, E-6", () => {
  it("leads to another origin, which is not told the program's headers", async () => {
    const other = await serve(held("data: 1\n\n"));
    const { url, requests } = await serve(
      status(307, { Location: "/there" }),
      status(302, { Location: other.url }),
    );
    const source = open(url, { ...FAST, headers: { "X-Key": "secret", Cookie: "a=b" } });
    expect(await next(source)).toMatchObject({ data: "1", origin: new URL(other.url).origin });
    expect(source.url).toBe(url);
    expect(requests.map((each) => [each.url, each.headers["x-key"]])).toEqual([
      ["/", "secret"],
      ["/there", "secret"],
    ]);
    const [{ headers }] = other.requests as [IncomingMessage];
    expect([headers["x-key"], headers.cookie, headers.accept]).toEqual([
      undefined,
      undefined,
      "text/event-stream",
    ]);
  });

  it.each([
    ["/", "more than 20 redirects"],
    ["file:///etc/passwd", "a redirect leads to file:"],
    ["http://[", "Invalid URL"],
  ])("that leads nowhere is no answer: %s", async (Location, message) => {
    const { url, requests } = await serve(status(301, { Location }));
    expect((await failure(open(url))).message).toContain(message);
    expect(requests.length).toBeLessThanOrEqual(21);
  });

  it("that says not where to is no stream", async () => {
    const { url } = await serve(status(302));
    expect((await failure(open(url))).message).toBe("The server answered with 302");
  });
});

describe("a hostile server, E-6", () => {
  it("cannot fill the memory with a line without end", async () => {
    let sent = 0;
    const { url, requests } = await serve((response) => {
      response.writeHead(200, STREAM);
      const line = Buffer.alloc(16_384, "x");
      const more = (): void => {
        let isTaken = true;
        while (isTaken && !response.destroyed) {
          sent += line.length;
          isTaken = response.write(line);
        }
      };
      response.on("drain", more);
      more();
    });
    const source = open(url, { ...FAST, maxEvent: 1_000_000 });
    expect((await failure(source)).message).toBe("An event has more than 1000000 characters");
    expect(source.readyState).toBe(EventSource.CLOSED);
    expect(requests).toHaveLength(1);
    expect(sent).toBeGreaterThan(900_000);
  });

  it.each([
    ["0", 500],
    ["1", 500],
    ["2000", 2_000],
    ["-1", 3_000],
    ["9".repeat(18), 3_600_000],
    ["9".repeat(400), 3_600_000],
  ])("that asks for a retry of %s is come back to within bounds", async (retry, least) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let requests = 0;
    const source = open("http://a.test/", {
      async fetch() {
        requests += 1;
        return new Response(`retry: ${retry}\ndata: 1\n\n`, { headers: STREAM });
      },
    });
    await failure(source);
    vi.advanceTimersByTime(least - 1);
    expect(requests).toBe(1);
    vi.advanceTimersByTime(least / 2 + 1);
    expect(requests).toBe(2);
  });

  it("that is never there is asked less and less often", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    let requests = 0;
    const source = open("http://a.test/", {
      async fetch() {
        requests += 1;
        throw new Error("nobody is there");
      },
    });
    for (const [index, least] of [3_000, 6_000, 12_000, 24_000, 30_000, 30_000].entries()) {
      await failure(source);
      vi.advanceTimersByTime(least - 1);
      expect(requests).toBe(index + 1);
      vi.advanceTimersByTime(least / 2 + 1);
      expect(requests).toBe(index + 2);
    }
  });

  it.each(["x".repeat(5_000), "\u0001", "\u007f"])(
    "cannot make it send an id that no header carries",
    async (id) => {
      const { url, requests } = await serve(stream(`id: ${id}\ndata: 1\n\n`));
      const source = open(url);
      expect((await failure(source)).message).toBe("The server has named an id that no header can carry");
      expect(source.readyState).toBe(EventSource.CLOSED);
      expect(requests).toHaveLength(1);
    },
  );
});
