import { expect, it, vi } from "vitest";
import { ConnectLimits } from "../../../src/node/http/connect-limits.ts";
import { clock } from "../../../src/node/process.ts";

it("takes nothing of what an address may do where the rate of all is used up", () => {
  const time = vi.spyOn(clock, "now").mockReturnValue(0);
  try {
    const caps = { maxConnections: 0, maxConnectionsPerAddress: 0 };
    const limits = ConnectLimits.of({ connectRate: 1, connectRatePerAddress: 0.1, burst: 1, ...caps });
    expect(limits?.attempt("10.0.0.1")).toBe(0);
    expect(limits?.attempt("10.0.0.2")).toBe(1);
    time.mockReturnValue(1_000);
    expect(limits?.attempt("10.0.0.2")).toBe(0);
    // Its own rate, now.
    time.mockReturnValue(2_000);
    expect(limits?.attempt("10.0.0.2")).toBe(9);
  } finally {
    time.mockRestore();
  }
});
