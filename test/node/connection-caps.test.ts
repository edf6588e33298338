import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { ConnectionCaps } from "../../src/node/connection-caps.ts";

function capsOf(maxConnections: number, maxConnectionsPerAddress: number): ConnectionCaps {
  const caps = ConnectionCaps.of({ maxConnections, maxConnectionsPerAddress });
  if (caps === undefined) throw new Error("no caps");
  return caps;
}

/** A socket as a server sees it. */
function from(remoteAddress: string): PassThrough & { remoteAddress: string | undefined } {
  return Object.assign(new PassThrough(), { remoteAddress });
}

describe("the caps on connections", () => {
  it("are not there when they are not asked for", () => {
    expect(ConnectionCaps.of({})).toBeUndefined();
    expect(ConnectionCaps.of({ maxConnections: 0, maxConnectionsPerAddress: undefined })).toBeUndefined();
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("have bounds: %d", (value) => {
    expect(() => ConnectionCaps.of({ maxConnections: value })).toThrow(
      expect.objectContaining({ code: "BARO_OPTION" }),
    );
    expect(() => ConnectionCaps.of({ maxConnectionsPerAddress: value })).toThrow(/maxConnectionsPerAddress/);
  });

  it("H-11 count all, and give a place back that is left", () => {
    const caps = capsOf(2, 0);
    const leave = caps.enter("192.0.2.1");
    expect(caps.enter(undefined)).toBeDefined();
    expect(caps.enter("192.0.2.2")).toBeUndefined();
    leave?.();
    expect(caps.count).toBe(1);
    expect(caps.enter("192.0.2.2")).toBeDefined();
  });

  it("H-11 count each address by itself", () => {
    const caps = capsOf(0, 1);
    const leave = caps.enter("192.0.2.1");
    expect(caps.enter("192.0.2.1")).toBeUndefined();
    expect(caps.enter("192.0.2.2")).toBeDefined();
    // What has no address is no single source.
    expect(caps.enter(undefined)).toBeDefined();
    expect(caps.enter(undefined)).toBeDefined();
    leave?.();
    expect(caps.enter("192.0.2.1")).toBeDefined();
  });

  it.each([
    ["192.0.2.1", "::ffff:192.0.2.1"],
    ["2001:db8::1", "2001:db8::2"],
    ["2001:db8:0:0:1::", "2001:db8:0:0:2::"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9"],
    ["::1", "::2:3"],
    ["fe80::1%eth0", "fe80::2%eth0"],
    ["0:0:0:1::", "::1:0:0:0:1"],
  ])("H-11 take %s and %s for one source", (one, other) => {
    const caps = capsOf(0, 1);
    expect(caps.enter(one)).toBeDefined();
    expect(caps.enter(other)).toBeUndefined();
  });

  it.each([
    ["192.0.2.1", "192.0.2.10"],
    ["2001:db8::1", "2001:db8:0:1::1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:3::9"],
    ["0:0:0:1::", "::1:0:0:1"],
  ])("H-11 take %s and %s for two sources", (one, other) => {
    const caps = capsOf(0, 1);
    expect(caps.enter(one)).toBeDefined();
    expect(caps.enter(other)).toBeDefined();
  });

  it("H-11 hold a socket until it is closed, and once only", async () => {
    const caps = capsOf(0, 1);
    const first = from("192.0.2.1");
    expect([caps.hold(first), caps.hold(first), caps.count]).toEqual([true, true, 1]);
    expect(caps.hold(from("192.0.2.1"))).toBe(false);
    // Node forgets the address of a socket that is closed.
    first.remoteAddress = undefined;
    first.destroy();
    await new Promise((resolve) => first.once("close", resolve));
    expect(caps.count).toBe(0);
    expect(caps.hold(from("192.0.2.1"))).toBe(true);
  });
});
