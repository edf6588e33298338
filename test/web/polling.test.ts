import { describe, expect, it } from "vitest";
import type { Binary } from "../../src/binary.ts";
import { createOutgoing } from "../../src/engine/client-outgoing.ts";
import { transportError } from "../../src/engine/client-transport.ts";
import { PacketType } from "../../src/engine/packet.ts";
import { base64 } from "../../src/web/base64.ts";
import type { PollingRequest } from "../../src/web/exchange.ts";
import { createPolling } from "../../src/web/polling.ts";
import { FakeClock } from "../support/fake-clock.ts";

interface Exchanged extends PollingRequest {
  /** Answers, and waits for what follows. */
  readonly answer: (status: number, text: string, retryAfter?: string) => Promise<void>;
  cancelled: boolean;
}

/** All that follows without I/O has come. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Start {
  readonly timestampParam?: string;
  readonly maxPayload?: number;
  /** Hears what a packet holds. */
  readonly heard?: (data: string | Binary) => void;
}

function start({ timestampParam, maxPayload = 20, heard }: Start = {}) {
  const clock = new FakeClock();
  const requests: Exchanged[] = [];
  const events: unknown[] = [];
  const transport = createPolling({
    url: "http://host/socket.io/?EIO=4",
    ...(timestampParam !== undefined && { timestampRequests: true, timestampParam }),
    exchange: (request, { signal }) =>
      new Promise((resolve, reject) => {
        const answer = (status: number, text: string, retryAfter?: string) => {
          resolve([status, text, retryAfter]);
          return settled();
        };
        const exchanged: Exchanged = { ...request, answer, cancelled: false };
        requests.push(exchanged);
        signal.addEventListener("abort", () => {
          exchanged.cancelled = true;
          reject(signal.reason);
        });
      }),
    base64,
    clock,
  });
  transport.open({
    packet: (type, data: string | Binary) => {
      events.push([type, data]);
      heard?.(data);
      if (type === PacketType.OPEN) {
        transport.opened({
          sid: "a b",
          upgrades: [],
          pingInterval: 1,
          pingTimeout: 1,
          maxPayload,
          baro: undefined,
        });
      }
    },
    drained: () => events.push("drained"),
    closed: (reason, description) => events.push(["closed", reason, description]),
  });
  /** The requests since the last call. */
  const take = () => requests.splice(0);
  const one = (): Exchanged => {
    const [request, ...more] = take();
    if (request === undefined || more.length > 0) throw new Error("there is not one request");
    return request;
  };
  return { transport, clock, events, take, one };
}

/** A transport whose session stands; `get` is the poll that waits. */
async function opened(options?: Start) {
  const all = start(options);
  await all.one().answer(200, "0{}");
  const get = all.one();
  all.events.splice(0);
  const send = (text: string) => all.transport.send(createOutgoing(PacketType.MESSAGE, [text]));
  return { ...all, get, send };
}

describe("createPolling", () => {
  it("asks without a session, and with it from then on", async () => {
    const { transport, one, events } = start();
    const first = one();
    expect(first).toMatchObject({ url: "http://host/socket.io/?EIO=4", body: undefined });
    expect(transport.writable).toBe(false);
    await first.answer(200, "0{}\x1e4hello\x1ebAQI=");
    expect(one().url).toBe("http://host/socket.io/?EIO=4&sid=a%20b");
    expect(transport.writable).toBe(true);
    expect(events).toEqual([
      [PacketType.OPEN, "{}"],
      [PacketType.MESSAGE, "hello"],
      [PacketType.MESSAGE, Uint8Array.of(1, 2).buffer],
    ]);
  });

  it("makes each URL a new one where it is told to", async () => {
    const { one } = start({ timestampParam: "now" });
    const first = one();
    await first.answer(200, "0{}");
    const second = one();
    expect(first.url).toMatch(/\?EIO=4&now=[0-9.e-]+$/);
    expect(second.url).toMatch(/&sid=a%20b&now=[0-9.e-]+$/);
    expect(first.url.split("now=")[1]).not.toBe(second.url.split("now=")[1]);
  });

  it("sends what one turn gives in one request", async () => {
    const { send, one, take } = await opened();
    send("a");
    send("b");
    expect(take()).toEqual([]);
    await settled();
    expect(one()).toMatchObject({ body: "4a\x1e4b", url: expect.stringContaining("sid=") });
  });

  it("sends one request at a time", async () => {
    const { transport, send, one, take, events } = await opened();
    send("a");
    await settled();
    const post = one();
    expect(transport.writable).toBe(false);
    await post.answer(200, "ok");
    expect(events).toEqual(["drained"]);
    expect(transport.writable).toBe(true);
    expect(take()).toEqual([]);
    send("b");
    await settled();
    expect(one().body).toBe("4b");
  });

  it("stays within the bytes that the server takes", async () => {
    const { transport, send, one, take } = await opened();
    send("가나다"); // 10 bytes with its type
    send("12345678"); // 9, and a separator: 20
    expect(take()).toEqual([]);
    send("x");
    expect(transport.writable).toBe(false);
    await settled();
    const first = one();
    expect(first.body).toBe("4가나다\x1e412345678");
    await first.answer(200, "ok");
    expect(one().body).toBe("4x");
  });

  it("counts the separators, too", async () => {
    const { send, one } = await opened();
    for (const text of ["12345678", "12345678", ""]) send(text); // 9, 10 and 2: 21
    await settled();
    const first = one();
    expect(first.body).toBe("412345678\x1e412345678");
    await first.answer(200, "ok");
    expect(one().body).toBe("4");
  });

  it("stays within the packets that a server takes", async () => {
    const { transport, send, one } = await opened({ maxPayload: 1_000_000 });
    for (let sent = 0; sent < 1_025; sent += 1) send("x");
    expect(transport.writable).toBe(false);
    await settled();
    const first = one();
    expect(first.body?.split("\x1e")).toHaveLength(1_024);
    await first.answer(200, "ok");
    expect(one().body).toBe("4x");
  });

  it("leaves a packet that fits nowhere to the server", async () => {
    const { send, one } = await opened();
    send("x".repeat(30));
    await settled();
    expect(one().body).toHaveLength(31);
  });

  it.each([0, 400, 500])("fails when a poll is answered with %i", async (status) => {
    const { get, events, take } = await opened();
    await get.answer(status, "4no");
    const context = { status, responseText: "4no" };
    expect(events).toEqual([
      ["closed", "transport error", transportError("xhr poll error", status, { context })],
    ]);
    expect(take()).toEqual([]);
  });

  it("fails when a request to send fails", async () => {
    const { transport, send, one, get, events } = await opened();
    send("a");
    await settled();
    await one().answer(413, "x".repeat(2_000));
    // Of a page that a proxy has put before the server, the beginning is enough.
    const context = { status: 413, responseText: "x".repeat(1_024) };
    expect(events).toEqual([
      ["closed", "transport error", transportError("xhr post error", 413, { context })],
    ]);
    expect([get.cancelled, transport.writable]).toEqual([true, false]);
  });

  it("fails at what is no payload", async () => {
    for (const text of ["", "hello", "4a\x1e9", "b?"]) {
      const { get, events } = await opened();
      await get.answer(200, text);
      expect(events.at(-1)).toEqual(["closed", "parse error", undefined]);
    }
  });

  it("hands over nothing of a payload behind the packet at which it is closed", async () => {
    const { transport, get, take, events } = await opened({
      heard: (data) => {
        if (data === "a") transport.close();
      },
    });
    await get.answer(200, "4a\x1e4b\x1e9");
    await settled();
    expect(events.at(-1)).toEqual([PacketType.MESSAGE, "a"]);
    expect(take().map(({ body }) => body)).toEqual(["1"]);
  });

  it("pauses when both requests are over and everything is sent", async () => {
    const { transport, send, one, take, get, events } = await opened();
    send("a");
    let paused = 0;
    transport.pause(() => {
      paused += 1;
    });
    await settled();
    const post = one();
    await get.answer(200, "4last");
    expect([paused, take()]).toEqual([0, []]);
    await post.answer(200, "ok");
    expect([paused, take(), events]).toEqual([1, [], [[PacketType.MESSAGE, "last"], "drained"]]);
    transport.close();
    await settled();
    expect(take()).toEqual([]);
  });

  it("polls again when the pause is given up", async () => {
    const { transport, send, get, one, take } = await opened();
    const paused = (): void => {
      throw new Error("not paused");
    };
    transport.pause(paused);
    transport.resume();
    expect(take()).toEqual([]);
    await get.answer(200, "6");
    const second = one();
    send("a");
    await settled();
    const post = one();
    transport.pause(paused);
    await second.answer(200, "6");
    expect(take()).toEqual([]);
    transport.resume();
    await post.answer(200, "ok");
    expect(one().body).toBeUndefined();
    expect(transport.writable).toBe(true);
  });

  it("says goodbye behind what was accepted, and ends its poll after that", async () => {
    const { transport, send, one, get, clock, events } = await opened();
    send("last");
    transport.close();
    await settled();
    const post = one();
    expect(post).toMatchObject({ body: "4last", last: true });
    await post.answer(200, "ok");
    const goodbye = one();
    expect(goodbye).toMatchObject({ body: "1", last: true });
    expect(get.cancelled).toBe(false);
    await goodbye.answer(200, "ok");
    expect([get.cancelled, clock.pending, events]).toEqual([true, 0, []]);
  });

  it("says goodbye when the request under way is over", async () => {
    const { transport, send, one, clock } = await opened();
    send("a");
    await settled();
    const post = one();
    transport.close();
    await post.answer(200, "ok");
    const last = one();
    expect(last.body).toBe("1");
    await last.answer(500, "");
    expect(clock.pending).toBe(0);
  });

  it("waits ten seconds for a server that never answers", async () => {
    const { transport, one, get, clock } = await opened();
    transport.close();
    await settled();
    const post = one();
    clock.advance(10_000);
    expect([post.cancelled, get.cancelled]).toEqual([true, true]);
  });

  it("only gives up when the session never stood", async () => {
    const { transport, one, take } = start();
    const get = one();
    transport.close();
    expect([get.cancelled, take()]).toEqual([true, []]);
  });
});
