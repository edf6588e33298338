import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { type Unit, WireReader } from "./wire-units.ts";

/** What happens to one direction of a connection once `at` bytes of it have passed. */
export interface Disturbance {
  readonly at: number;
  /**
   * `cut` resets both sides; `stall` lets nothing more pass this way, `silence` neither way; a number is a delay in
   * milliseconds, and 0 splits what comes.
   */
  readonly action: "cut" | "stall" | "silence" | number;
}

/** What happens to one connection. An empty plan lets it pass. */
export interface CutPlan {
  /** From the client to the server. */
  readonly up?: readonly Disturbance[];
  readonly down?: readonly Disturbance[];
  /** The most bytes that pass in one turn; a whole chunk by default. */
  readonly split?: number;
  /** What happens to a unit of the protocol, once it is whole and before any of it passes: `at` counts from its begin. */
  readonly inUnit?: (unit: Unit) => readonly Disturbance[];
}

/** A TCP proxy between a client and a server, which does what networks do to connections. */
export interface CutProxy {
  readonly port: number;
  /** How many connections it took. */
  readonly connections: number;
  /** How many it cut. */
  readonly cuts: number;
  /** Cuts all that stand now. */
  cutAll(): void;
}

/** Starts one; it ends with its test. `plan` says what happens to each connection, the first of which is 0. */
export async function startCutProxy(
  serverPort: number,
  plan: (connection: number) => CutPlan,
): Promise<CutProxy> {
  const standing = new Set<() => void>();
  let connections = 0;
  let cuts = 0;
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const planned = plan(connections);
    connections += 1;
    const server = connect({ port: serverPort, host: "127.0.0.1", allowHalfOpen: true });
    const gone = new AbortController();
    const end = (): void => {
      standing.delete(cut);
      gone.abort();
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    const cut = (): void => {
      cuts += 1;
      end();
    };
    standing.add(cut);
    for (const socket of [client, server]) socket.setNoDelay().on("error", end);
    const line: Line = { plan: planned, requests: [], isSilent: false, cut, gone: gone.signal };
    const relays = [relay("up", client, server, line), relay("down", server, client, line)];
    // An error is one side gone, which its own listener sees to.
    void Promise.allSettled(relays).then(() => {
      standing.delete(cut);
      client.destroy();
      server.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const cutAll = (): void => {
    for (const cut of [...standing]) cut();
  };
  onTestFinished(() => {
    cutAll();
    return new Promise<void>((resolve) => void proxy.close(() => resolve()));
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get cuts() {
      return cuts;
    },
    cutAll,
  };
}

/** One connection through the proxy. */
interface Line {
  readonly plan: CutPlan;
  readonly requests: ConstructorParameters<typeof WireReader>[1];
  isSilent: boolean;
  readonly cut: () => void;
  readonly gone: AbortSignal;
}

async function relay(direction: Unit["direction"], from: Socket, to: Socket, line: Line): Promise<void> {
  const { cut, gone } = line;
  const { split, inUnit } = line.plan;
  const reader = inUnit && new WireReader(direction, line.requests);
  let coming = [...(line.plan[direction] ?? [])];
  let passed = 0;
  /** Does what is due now. */
  const disturb = async (): Promise<void> => {
    for (;;) {
      if (line.isSilent) await once(gone, "abort");
      const due = coming.find(({ at }) => at <= passed);
      if (due === undefined) return;
      coming = coming.filter((other) => other !== due);
      if (due.action === "cut") cut();
      else if (due.action === "silence") line.isSilent = true;
      else if (due.action === "stall") await once(gone, "abort");
      else await setTimeout(due.action, undefined, { signal: gone });
    }
  };
  /** Lets `bytes` pass, as far as nothing happens to them. */
  const pass = async (bytes: Buffer): Promise<void> => {
    let rest = bytes;
    await disturb();
    while (rest.length > 0 && !gone.aborted) {
      const next = Math.min(...coming.map(({ at }) => at), Number.POSITIVE_INFINITY);
      const length = Math.min(rest.length, next - passed, split ?? rest.length);
      if (!to.write(rest.subarray(0, length))) await once(to, "drain", { signal: gone });
      rest = rest.subarray(length);
      passed += length;
      await disturb();
      if (split !== undefined) await setImmediate();
    }
  };
  await disturb();
  for await (const chunk of from as AsyncIterable<Buffer>) {
    if (inUnit === undefined || reader === undefined) await pass(chunk);
    else
      for (const unit of reader.receive(chunk)) {
        coming.push(...inUnit(unit).map(({ at, action }) => ({ at: passed + at, action })));
        await pass(unit.bytes);
      }
  }
  to.end();
}
