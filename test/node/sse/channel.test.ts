import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import {
  type AnyChannel,
  type Channel,
  type ChannelOptions,
  createChannel,
  createEventStream,
} from "../../../src/entry/sse.ts";
import { decodeToken, encodeToken, type Token } from "../../../src/history/token.ts";
import { Ear, get, RawReader, serve } from "./support.ts";

interface Prices {
  price: { symbol: string; value: number };
  halt: undefined;
}

/** A server whose streams join these channels, and say hello; gives what `join` said. */
async function join(
  ...channels: readonly AnyChannel[]
): Promise<{ url: string; port: number; joined: boolean[] }> {
  const joined: boolean[] = [];
  onTestFinished(() => {
    for (const channel of channels) channel.close();
  });
  const server = await serve((request, response) => {
    const stream = createEventStream(request, response);
    joined.push(stream.join(...channels));
    stream.send("hello");
  });
  return { ...server, joined };
}

describe("a channel", () => {
  it("tells all its streams, and has types", async () => {
    const prices = createChannel<Prices>();
    const { url } = await join(prices);
    const ears = [new Ear(url, ["price", "halt"]), new Ear(url, ["price", "halt"])];
    await Promise.all(ears.map((ear) => ear.next("hello")));
    expect(prices.size).toBe(2);
    prices.broadcast("price", { symbol: "BARO", value: 1 });
    prices.broadcast("halt");
    // @ts-expect-error a price has a value
    prices.broadcast("price", { symbol: "BARO" });
    // @ts-expect-error a price is never nothing
    prices.broadcast("price");
    // @ts-expect-error there is no such event
    expectTypeOf(prices.broadcast).toBeCallableWith("prize", 1);
    for (const ear of ears) {
      await ear.until(3);
      expect(ear.heard.slice(0, 2)).toEqual([
        ["price", { symbol: "BARO", value: 1 }, ""],
        ["halt", null, ""],
      ]);
    }
  });

  it("is left by streams that end, and by those that want to", async () => {
    const [a, b] = [createChannel(), createChannel()];
    const { url } = await serve((request, response) => {
      const stream = createEventStream(request, response);
      stream.join(a, b);
      stream.leave(a);
      stream.send("hello");
    });
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    expect([a.size, b.size]).toEqual([0, 1]);
    a.broadcast("news", "a");
    b.broadcast("news", "b");
    await ear.until(1);
    expect(ear.data).toEqual(["b"]);
    ear.source.close();
    while (b.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it("ends its streams when it is closed, and takes no more", async () => {
    const channel = createChannel();
    const { port } = await join(channel);
    const reader = new RawReader(port, get());
    await reader.until("hello");
    channel.broadcast("last");
    channel.close();
    channel.close();
    await reader.ended;
    expect(reader.text).toContain("event: last");
    expect(channel.size).toBe(0);
    const refused = expect.objectContaining({ code: "BARO_STATE" });
    expect(() => channel.broadcast("late")).toThrow(refused);
  });

  it("refuses what no stream can carry, before anybody is told", () => {
    for (const history of [false, true]) {
      const channel = createChannel({ history });
      const field = expect.objectContaining({ code: "BARO_FIELD" });
      const data = expect.objectContaining({ code: "BARO_DATA" });
      expect(() => channel.broadcast("a\nb")).toThrow(field);
      expect(() => channel.broadcast("a", 1n)).toThrow(data);
    }
  });

  it.each([{ max: 0 }, { bytes: -1 }, { age: 0.5 }])("refuses the history %o", (history) => {
    const refused = expect.objectContaining({ code: "BARO_OPTION" });
    expect(() => createChannel({ history } as ChannelOptions)).toThrow(refused);
  });

  it("is joined by streams only if it is one", async () => {
    const { url } = await serve((request, response) => {
      const stream = createEventStream(request, response);
      const refused = expect.objectContaining({ code: "BARO_OPTION" });
      expect(() => stream.join({ size: 0, close() {} })).toThrow(refused);
      const closed = createChannel();
      closed.close();
      expect(() => stream.join(closed)).toThrow(expect.objectContaining({ code: "BARO_STATE" }));
      stream.send("done");
    });
    await new Ear(url, ["done"]).until(1);
  });
});

describe("a channel with a history", () => {
  it("gives those who come back what they missed, each event once and in order", async () => {
    const channel = createChannel({ history: true });
    const { url, joined } = await join(channel);
    channel.broadcast("news", "before");
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    expect(joined).toEqual([false]);
    const sent: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      channel.broadcast("news", sent.push(sent.length));
      await ear.until(sent.length);
      await ear.cut(() => {
        for (let count = 0; count < 3; count += 1) channel.broadcast("news", sent.push(sent.length));
      });
      await ear.until(sent.length);
    }
    expect(ear.data).toEqual(sent.map((index) => index + 1));
    expect(joined).toEqual([false, true, true, true, true, true]);
  });

  it("also those who had heard nothing yet", async () => {
    const channel = createChannel({ history: true });
    const { url, joined } = await join(channel);
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    await ear.cut(() => channel.broadcast("news", 1));
    await ear.until(1);
    expect(joined).toEqual([false, true]);
  });

  it("says so where something is not kept any more", async () => {
    const channel = createChannel({ history: { max: 2 } });
    const { url, joined } = await join(channel);
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    channel.broadcast("news", 1);
    await ear.until(1);
    await ear.cut(() => {
      for (const each of [2, 3, 4]) channel.broadcast("news", each);
    });
    while (joined.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(joined).toEqual([false, false]);
    channel.broadcast("news", 5);
    await ear.until(2);
    expect(ear.data).toEqual([1, 5]);
  });

  it("shares its order with others: nothing is lost nor doubled between them", async () => {
    const [a, b] = [createChannel({ history: true }), createChannel({ history: true })];
    const { url, joined } = await join(a, b);
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    await ear.cut(() => {
      a.broadcast("news", "a1");
      b.broadcast("news", "b1");
      a.broadcast("news", "a2");
    });
    await ear.until(3);
    expect(ear.data).toEqual(["a1", "b1", "a2"]);
    expect(joined).toEqual([false, true]);
  });

  it("that takes the place of another does not answer for what that one has told", async () => {
    let channel = createChannel({ history: true });
    onTestFinished(() => channel.close());
    const joined: boolean[] = [];
    const { url } = await serve((request, response) => {
      const stream = createEventStream(request, response);
      joined.push(stream.join(channel));
      stream.send("hello");
    });
    const ear = new Ear(url, []);
    await ear.next("hello");
    await ear.cut(() => {
      channel.close();
      channel = createChannel({ history: true });
    });
    await ear.next("hello");
    expect(joined).toEqual([false, false]);
  });

  it("cannot answer for a channel without one", async () => {
    const { url, joined } = await join(createChannel({ history: true }), createChannel());
    const ear = new Ear(url, []);
    await ear.next("hello");
    await ear.cut(() => {});
    while (joined.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(joined).toEqual([false, false]);
  });

  it.each([
    ["another history", (token: Token) => ({ ...token, epoch: token.epoch ^ 1 })],
    ["never there", (token: Token) => ({ ...token, digest: token.digest ^ 1 })],
    ["still to come", (token: Token) => ({ ...token, sequence: token.sequence + 1 })],
    ["its own", (token: Token) => token],
  ])("believes a place only if it is one of its own: %s, E-2", async (_, forge) => {
    const channel = createChannel({ history: true });
    const { url, port, joined } = await join(channel);
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    channel.broadcast("news", 1);
    await ear.until(1);
    const token = decodeToken(ear.heard[0]?.[2]) as Token;
    const said = encodeToken(forge(token));
    await new RawReader(port, get(`Last-Event-ID: ${said}`)).until("hello");
    expect(joined).toEqual([false, forge(token) === token]);
  });

  it("is given back once, whatever else a stream joins and leaves", async () => {
    const [clock, channel] = [createChannel(), createChannel({ history: true })];
    const joined: boolean[] = [];
    const { url } = await serve((request, response) => {
      const stream = createEventStream(request, response);
      stream.join(clock);
      joined.push(stream.join(channel));
      stream.leave(clock, channel);
      joined.push(stream.join(channel));
      stream.send("hello");
    });
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    await ear.cut(() => channel.broadcast("news", 1));
    await ear.next("hello");
    expect(joined).toEqual([false, false, true, false]);
    expect(ear.data).toEqual([1]);
  });

  it("names its place behind what the application sends to newcomers", async () => {
    const channel = createChannel({ history: true });
    const { port } = await serve((request, response) => {
      const stream = createEventStream(request, response);
      if (!stream.join(channel)) stream.send("state", [1, 2]);
    });
    const reader = new RawReader(port, get());
    await reader.until(/event: state\ndata: \[1,2\]\n\nid: \S+\n\n$/);
  });

  it("keeps nothing of what no stream can carry", async () => {
    const channel: Channel = createChannel({ history: true });
    const { url } = await join(channel);
    const ear = new Ear(url, ["news"]);
    await ear.next("hello");
    await ear.cut(() => {
      expect(() => channel.broadcast("a\nb", 1)).toThrow();
      channel.broadcast("news", 1);
    });
    await ear.until(1);
  });
});
