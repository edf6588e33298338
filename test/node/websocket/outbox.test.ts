import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { collect, collectLatin1, Joiner, type Outbox, writeOut } from "../../../src/node/websocket/outbox.ts";

/** A stream that keeps what it was given: one list of chunks for each time that the system would have been called. */
function recorder() {
  const calls: Buffer[][] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      calls.push([chunk]);
      done();
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
  });
  return { stream, calls };
}

function write(...lengths: number[]) {
  const parts = lengths.map((length, index) => Buffer.alloc(length, index + 1));
  let outbox: Outbox;
  for (const part of parts) outbox = collect(outbox, part);
  const { stream, calls } = recorder();
  writeOut(
    stream,
    outbox,
    lengths.reduce((sum, length) => sum + length, 0),
    new Joiner(),
  );
  expect(Buffer.concat(calls.flat())).toEqual(Buffer.concat(parts));
  return { parts, calls };
}

describe("writeOut", () => {
  it("writes a lone buffer as it is", () => {
    const { parts, calls } = write(5);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.[0]).toBe(parts[0]);
  });

  it("joins short buffers", () => {
    const { calls } = write(...Array<number>(16).fill(70));
    expect(calls.map((chunks) => chunks.length)).toEqual([1]);
  });

  it("hands a header and a long payload to the kernel without a copy", () => {
    const { parts, calls } = write(4, 16_384);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.[1]).toBe(parts[1]);
  });

  it("hands over without a copy what would be long when joined", () => {
    const { calls } = write(...Array<number>(1_000).fill(70));
    expect(calls.map((chunks) => chunks.length)).toEqual([1_000]);
  });

  it("writes nothing when nothing was collected", () => {
    expect(write().calls).toEqual([]);
  });
});

describe("collectLatin1", () => {
  function written(...parts: readonly (string | Buffer)[]) {
    let outbox: Outbox;
    for (const part of parts) {
      outbox = typeof part === "string" ? collectLatin1(outbox, part) : collect(outbox, part);
    }
    const bytes = Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
    );
    const kept = Array.isArray(outbox) ? [...outbox] : outbox;
    const { stream, calls } = recorder();
    writeOut(stream, outbox, bytes.length, new Joiner());
    expect(Buffer.concat(calls.flat())).toEqual(bytes);
    return kept;
  }

  it("puts strings together, one character a byte", () => {
    expect(written("\x81\x01a", "\x81\x01b")).toBe("\x81\x01a\x81\x01b");
  });

  it("keeps the order among buffers", () => {
    written("\x81\x01a", Buffer.of(0x82, 0), "\x81\x01b", Buffer.of(0x82, 1, 7));
    written(Buffer.of(0x82, 0), "\x81\x01a");
  });

  it("makes no string that Node could not write from its stack", () => {
    const long = "\x81".repeat(10_000);
    expect(written(long, long)).toHaveLength(2);
  });
});

describe("Joiner", () => {
  const [a, b, c] = ["a", "b", "c"].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

  it("joins the same buffers once", () => {
    const joiner = new Joiner();
    const joined = joiner.join([a, b], 2);
    expect(joined.toString()).toBe("ab");
    expect(joiner.join([a, b], 2)).toBe(joined);
  });

  it.each([[[a, c]], [[b, a]], [[a]], [[a, b, c]], [[a, Buffer.from("b")]]])("joins others anew", (parts) => {
    const joiner = new Joiner();
    const before = joiner.join([a, b], 2);
    const joined = joiner.join(parts, parts.length);
    expect(joined).not.toBe(before);
    expect(joined).toEqual(Buffer.concat(parts));
    expect(before.toString()).toBe("ab");
  });
});
