import { connect as connectHttp2, createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import compression from "compression";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createChannel,
  createEventStream,
  type EventStream,
  type EventStreamOptions,
  type StreamEnd,
} from "../../../src/entry/sse.ts";
import { certificate } from "../../support/certificate.ts";
import { ask } from "../../support/http.ts";
import { Ear, get, RawReader, serve } from "./support.ts";

/** A server whose streams come one after the other. */
async function startStreams(options: EventStreamOptions = {}) {
  const opened: EventStream[] = [];
  const ends: StreamEnd[] = [];
  let wake = (): void => {};
  const server = await serve((request, response) => {
    const onClose = (end: StreamEnd): void => {
      ends.push(end);
      wake();
    };
    opened.push(createEventStream(request, response, { onClose, ...options }));
    wake();
  });
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    ...server,
    ends,
    async next(count = 1): Promise<EventStream> {
      await until(() => opened.length >= count);
      return opened[count - 1] as EventStream;
    },
    async ended(count = 1): Promise<StreamEnd | undefined> {
      await until(() => ends.length >= count);
      return ends[count - 1];
    },
  };
}

describe("a stream of events", () => {
  it("has the head of one, and says when to come back", async () => {
    const { port, next } = await startStreams({ retry: 1_000 });
    const times = new Set<number>();
    for (let count = 1; count <= 5; count += 1) {
      const reader = new RawReader(port, get());
      await next(count);
      await reader.until(/\r\n\r\nretry: \d+\n\n/);
      const head = reader.text.toLowerCase();
      expect(head).toMatch(/^http\/1.1 200 ok\r\n/);
      for (const line of [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-accel-buffering: no",
      ]) {
        expect(head).toContain(`\r\n${line}\r\n`);
      }
      expect(head).not.toContain("transfer-encoding");
      expect(head).not.toContain("access-control");
      times.add(Number(/retry: (\d+)/.exec(reader.text)?.[1]));
    }
    for (const time of times) expect(time >= 500 && time <= 1_500).toBe(true);
    expect(times.size).toBeGreaterThan(1);
  });

  it("sends events as JSON, and field by field", async () => {
    const { port, next } = await startStreams();
    const reader = new RawReader(port, get());
    const stream = await next();
    stream.send("price", { a: "x\r\n\0y" });
    stream.send("none");
    stream.write({ event: "text", data: "two\rlines", id: "7", retry: 5, comment: "c" });
    await reader.until("lines\n\n");
    expect(reader.text).toContain(
      'event: price\ndata: {"a":"x\\r\\n\\u0000y"}\n\nevent: none\ndata: null\n\n' +
        ": c\nevent: text\nid: 7\nretry: 5\ndata: two\ndata: lines\n\n",
    );
  });

  it("E-1: refuses what would break out of a field, and sends nothing of it", async () => {
    const { port, next } = await startStreams();
    const reader = new RawReader(port, get());
    const stream = await next();
    const refused = expect.objectContaining({ code: "BARO_FIELD" });
    for (const unfit of ["\r", "\n", "\r\n", "\0"]) {
      expect(() => stream.send(`a${unfit}b`, 1)).toThrow(refused);
      for (const field of ["event", "id", "comment"]) {
        expect(() => stream.write({ [field]: `a${unfit}data: forged` })).toThrow(refused);
      }
      const retry = `1${unfit}data: forged` as unknown as number;
      expect(() => stream.write({ retry })).toThrow(refused);
      stream.write({ data: `split${unfit === "\0" ? "" : unfit}data: forged` });
    }
    stream.send("last");
    await reader.until("event: last");
    expect(reader.text).not.toMatch(/^data: forged/m);
    expect(reader.text.match(/^data: data: forged$/gm)).toHaveLength(3);
  });

  it.each([() => 1, 1n, Symbol("a")])("refuses data that is no JSON: %s", async (data) => {
    const { port, next } = await startStreams();
    new RawReader(port, get());
    const stream = await next();
    const circle: unknown[] = [];
    circle.push(circle);
    const refused = expect.objectContaining({ code: "BARO_DATA" });
    expect(() => stream.send("a", data)).toThrow(refused);
    expect(() => stream.send("a", circle)).toThrow(refused);
  });

  it("sends a comment where there is nothing to say, and none where that is switched off", async () => {
    const { port, next } = await startStreams({ heartbeat: 10 });
    const reader = new RawReader(port, get());
    await next();
    await reader.until("\n\n:\n\n:\n\n");
  });

  it("ends behind what was sent when it is closed", async () => {
    const { port, next, ended } = await startStreams();
    const reader = new RawReader(port, get());
    const stream = await next();
    stream.send("last");
    stream.close();
    stream.send("late");
    expect(stream.closed).toBe(true);
    expect(await ended()).toBe("closed");
    await reader.ended;
    expect(reader.text.endsWith("event: last\ndata: null\n\n")).toBe(true);
  });

  it("tells when its client has left", async () => {
    const { port, next, ended } = await startStreams();
    const reader = new RawReader(port, get());
    const stream = await next();
    reader.socket.destroy();
    expect(await ended()).toBe("left");
    expect(stream.closed).toBe(true);
    stream.send("into the void");
  });

  it("is over at once where the client had left before", async () => {
    const channel = createChannel();
    const over = new Promise<unknown[]>((resolve) => {
      void serve((request, response) => {
        response.on("close", () => {
          const ends: string[] = [];
          const stream = createEventStream(request, response, { onClose: (end) => ends.push(end) });
          const joined = stream.join(channel);
          setImmediate(() => resolve([stream.closed, joined, channel.size, ...ends]));
        });
        request.socket.resetAndDestroy();
      }).then(({ port }) => new RawReader(port, get()));
    });
    expect(await over).toEqual([true, false, 0, "left"]);
  });

  it("gives a HEAD its head", async () => {
    const { port, ended } = await startStreams();
    const answer = await ask({ port, path: "/", method: "HEAD" });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/event-stream"]);
    expect(await ended()).toBe("closed");
  });

  it("keeps the headers of the application", async () => {
    const { port } = await serve((request, response) => {
      response.setHeader("Access-Control-Allow-Origin", "https://good.example");
      createEventStream(request, response).close();
    });
    const { headers } = await ask({ port, path: "/" });
    expect(headers).toMatchObject({
      "access-control-allow-origin": "https://good.example",
      "content-type": "text/event-stream",
    });
  });

  it.each([
    [{ heartbeat: -1 }],
    [{ retry: 1.5 }],
    [{ maxQueued: 0 }],
    [{ softQueued: Number.NaN }],
    [{ slowTime: 2 ** 31 }],
    [{ onClose: 1 }],
  ])("refuses the options %o", async (options) => {
    const { port } = await serve((request, response) => {
      const refused = expect.objectContaining({ code: "BARO_OPTION" });
      expect(() => createEventStream(request, response, options as EventStreamOptions)).toThrow(refused);
      response.end("refused");
    });
    expect((await ask({ port, path: "/" })).body).toBe("refused");
  });

  it("is all that a request is answered with", async () => {
    const { port } = await serve((request, response) => {
      response.writeHead(200).flushHeaders();
      const refused = expect.objectContaining({ code: "BARO_STATE" });
      expect(() => createEventStream(request, response)).toThrow(refused);
      response.end("refused");
    });
    expect((await ask({ port, path: "/" })).body).toBe("refused");
  });

  it("goes through what compresses in Express, as it comes", async () => {
    const app = express().use(compression({ threshold: 0 }));
    const streams: EventStream[] = [];
    app.get("/", (request, response) => void streams.push(createEventStream(request, response)));
    const { url } = await serve(app);
    const ear = new Ear(url, ["news"]);
    await ear.next("open");
    for (let count = 1; count <= 3; count += 1) {
      streams[0]?.send("news", count);
      await ear.until(count);
    }
    expect(ear.data).toEqual([1, 2, 3]);
    const { headers } = await fetch(url, { headers: { "Accept-Encoding": "gzip" } });
    expect(headers.get("content-encoding")).toBe("gzip");
  });

  it("over HTTP/2", async () => {
    const channel = createChannel();
    const ends: string[] = [];
    const http = createSecureServer(certificate(), (request, response) => {
      createEventStream(request, response, { onClose: (end) => ends.push(end) }).join(channel);
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void http.close());
    const session = connectHttp2(`https://127.0.0.1:${(http.address() as AddressInfo).port}`, {
      rejectUnauthorized: false,
    });
    onTestFinished(() => void session.destroy());
    const stream = session.request({ ":path": "/" }).setEncoding("utf8");
    const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
    expect([headers[":status"], headers["content-type"]]).toEqual([200, "text/event-stream"]);
    channel.broadcast("news", 1);
    let text = "";
    while (!text.includes("event: news\ndata: 1\n\n")) {
      text += await new Promise<string>((resolve) => stream.once("data", resolve));
    }
    stream.close();
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect([ends, channel.size]).toEqual([["left"], 0]);
  });
});

describe("E-2: what a client says that it has heard", () => {
  it.each([
    ["of 64 KiB", "x".repeat(65_536), undefined],
    ["that is no UTF-8", "\xff\xfe", "\ufffd\ufffd"],
    ["in UTF-8", "\xeb\xb0\x94", "바"],
    ["that stands there twice", "a\r\nLast-Event-ID: b", "a, b"],
    ["that is empty", "", ""],
    ["that is forged", "AQAAAAAAAAAAAA", "AQAAAAAAAAAAAA"],
  ])("a header %s", async (_, value, lastEventId) => {
    const channel = createChannel({ history: true });
    channel.broadcast("news", 1);
    const { port, next } = await startStreams();
    const reader = new RawReader(port, get(`Last-Event-ID: ${value}`));
    if (lastEventId === undefined) {
      await reader.until("HTTP/1.1 431 ");
      return;
    }
    const stream = await next();
    expect(stream.lastEventId).toBe(lastEventId);
    expect(stream.join(channel)).toBe(false);
    channel.broadcast("news", 2);
    await reader.until("data: 2");
    expect(reader.text).not.toContain("data: 1");
  });

  it.each([
    ["7", "7"],
    [undefined, ""],
    [["7"], ""],
    [{ a: 1 }, ""],
  ])("the option %o", async (lastEventId, expected) => {
    const { port, next } = await startStreams({ lastEventId });
    new RawReader(port, get());
    expect((await next()).lastEventId).toBe(expected);
    new RawReader(port, get("Last-Event-ID: 8"));
    expect((await next(2)).lastEventId).toBe("8");
  });
});

describe("E-3: a reader that stops", () => {
  it("is cut off at the limit of what may wait", async () => {
    const { port, next, ended } = await startStreams({ maxQueued: 100_000 });
    new RawReader(port, get(), { reads: false });
    const stream = await next();
    const text = "x".repeat(100_000);
    while (!stream.closed) {
      stream.send("fill", text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended()).toBe("slow");
  });

  it("is cut off when too much waits for too long", async () => {
    const { port, next, ended } = await startStreams({ softQueued: 1, slowTime: 1 });
    new RawReader(port, get(), { reads: false });
    const stream = await next();
    const text = "x".repeat(100_000);
    while (!stream.closed) {
      if (stream.queued === 0) stream.send("fill", text);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await ended()).toBe("slow");
  });

  it("does not hold up those who read", async () => {
    const channel = createChannel();
    const { url, port } = await serve((request, response) => {
      createEventStream(request, response, { maxQueued: 1_000_000 }).join(channel);
    });
    new RawReader(port, get(), { reads: false });
    const ear = new Ear(url, ["fill"]);
    await ear.next("open");
    const text = "x".repeat(100_000);
    for (let count = 1; channel.size === 2; count += 1) {
      channel.broadcast("fill", text);
      await ear.until(count);
    }
    expect(channel.size).toBe(1);
  });
});

it("E-4: two hundred streams of one user come, and go without a trace", async () => {
  const channel = createChannel();
  const { port, next, ended } = await startStreams();
  const readers = Array.from({ length: 200 }, () => new RawReader(port, get()));
  for (let count = 1; count <= 200; count += 1) (await next(count)).join(channel);
  expect(channel.size).toBe(200);
  channel.broadcast("news", 1);
  await Promise.all(readers.map((reader) => reader.until("data: 1\n\n")));
  for (const reader of readers) reader.socket.destroy();
  await ended(200);
  expect(channel.size).toBe(0);
});

it("E-5: a page of another origin is given nothing that it could read", async () => {
  const { port } = await serve((request, response) => createEventStream(request, response).close());
  const headers = { Origin: "https://evil.example", Cookie: "a=b" };
  const answer = await ask({ port, path: "/", headers });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
});
