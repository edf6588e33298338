import { describe, expect, it } from "vitest";
import { EventSource } from "../../../src/entry/sse.ts";
import { VECTORS } from "../../sse/vectors.ts";

const HEADERS = { "Content-Type": "text/event-stream" };
/** The names that the vectors use. */
const NAMES = ["message", "add", "a", "b", "바로"];

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** What a program hears of a stream that arrives in these chunks, and what it says when it comes back. */
async function hear(chunks: readonly Uint8Array[]): Promise<{ said: unknown[]; lastEventId: string }> {
  const said: unknown[] = [];
  let source: EventSource | undefined;
  const lastEventId = await new Promise<string>((resolve) => {
    let requests = 0;
    source = new EventSource("http://a.test/", {
      minRetry: 1,
      maxRetry: 1,
      async fetch(_url, { headers }) {
        requests += 1;
        const body = bodyOf(chunks);
        if (requests === 1) return new Response(body, { headers: HEADERS });
        const id = new Headers(headers).get("last-event-id") ?? "";
        resolve(Buffer.from(id, "latin1").toString());
        return new Response(null, { status: 204 });
      },
    });
    for (const name of NAMES) {
      source.addEventListener(name, ({ type, data, lastEventId }) => said.push([type, data, lastEventId]));
    }
  });
  source?.close();
  return { said, lastEventId };
}

describe.each(VECTORS)("$name", ({ stream, said, lastEventId }) => {
  const bytes = Buffer.from(stream as string);
  const events = said.filter((each) => typeof each !== "number");
  const expected = { said: events, lastEventId: lastEventId ?? events.at(-1)?.[2] ?? "" };

  it("whole", async () => expect(await hear([bytes])).toEqual(expected));
  it("cut at every byte", async () => {
    const cuts = Array.from(bytes, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)]);
    const heard = await Promise.all(cuts.map(hear));
    for (const each of heard) expect(each).toEqual(expected);
  });
});
