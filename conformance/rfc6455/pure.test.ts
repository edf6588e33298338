import { describe, expect, it } from "vitest";
import type { Role } from "../../src/websocket/connection.ts";
import { seeded, splits } from "../../test/websocket/recorder.ts";
import { PureSubject } from "../support/pure-subject.ts";
import { closed, closePayload, peerOf } from "../support/wire.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";

/** Megabytes are cut as TCP would cut them; everything else whole, by bytes, and at random. */
function waysOf(bytes: Buffer, { large = false, chopped }: Case): Buffer[][] {
  if (!large) return splits(bytes, seeded(11));
  const size = chopped ?? 65_536;
  return [
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  ];
}

function run(role: Role, one: Case): void {
  const frame = peerOf(role);
  const isClosing = one.answer.at(-1)?.startsWith("close") === true;
  for (const chunks of waysOf(one.bytes(frame), one)) {
    const subject = new PureSubject(role);
    one.act?.(subject);
    subject.feed(...chunks);
    if (!isClosing) {
      expect(subject.connection.state).toBe("open");
      subject.feed(frame(0x88, closePayload(1000)));
    }
    expect(subject.names).toEqual(isClosing ? one.answer : [...one.answer, closed(1000)]);
    expect(subject.frames.every(({ masked }) => masked === (role === "client"))).toBe(true);
    expect(subject.isOver).toBe(true);
    // Whatever comes behind the end is nobody's.
    expect(subject.events.filter((event) => "closed" in event)).toHaveLength(1);
  }
}

for (const role of ["server", "client"] as const) {
  for (const [name, cases] of Object.entries(CASES)) {
    describe(`the connection as ${role}: ${name}`, () => {
      for (const one of cases) {
        if (one.role === undefined || one.role === role) it(one.id, () => run(role, one));
      }
    });
  }
}
