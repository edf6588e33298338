import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../src/websocket/connection.ts";
import { type Endpoint, openEndpoint } from "../support/endpoints.ts";
import { closed, closePayload, peerOf } from "../support/wire.ts";
import type { Case } from "./case.ts";
import { CASES } from "./cases.ts";

async function run(endpoint: Endpoint, role: Role, one: Case): Promise<void> {
  const frame = peerOf(role);
  const { subject, peer } = await endpoint.pair();
  one.act?.(subject);
  const bytes = one.bytes(frame);
  if (one.chopped === undefined) peer.send(bytes);
  else await peer.sendChopped(bytes, one.chopped);
  const isClosing = one.answer.at(-1)?.startsWith("close") === true;
  const answer = isClosing ? one.answer : [...one.answer, closed(1000)];
  if (!isClosing) {
    await peer.arrived(one.answer.length);
    peer.send(frame(0x88, closePayload(1000)));
  }
  await peer.ended;
  expect(peer.names).toEqual(answer);
  expect(peer.frames.every(({ masked }) => masked === (role === "client"))).toBe(true);
  peer.destroy();
}

describe.each(["server", "client"] as const)("Baro as %s on a socket", (role) => {
  let endpoint: Endpoint;
  beforeAll(async () => {
    endpoint = await openEndpoint(role);
  });
  afterAll(() => endpoint.close());

  for (const [name, cases] of Object.entries(CASES)) {
    describe(name, () => {
      for (const one of cases) {
        if (one.role === undefined || one.role === role) it(one.id, () => run(endpoint, role, one));
      }
    });
  }
});
