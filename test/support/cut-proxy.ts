import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** What happens to one direction of a connection once `at` bytes of it have passed. */
export interface Disturbance {
  readonly at: number;
  /** `cut` resets both sides; `stall` lets nothing more pass this way; a number is a delay in milliseconds. */
  readonly action: "cut" | "stall" | number;
}

/** What happens to one connection. An empty plan lets it pass. */
export interface CutPlan {
  /** From the client to the server. */
  readonly up?: readonly Disturbance[];
  readonly down?: readonly Disturbance[];
  /** The most bytes that pass in one turn; a whole chunk by default. */
  readonly split?: number;
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
    const { up = [], down = [], split } = plan(connections);
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
    const relays = [
      relay(client, server, up, split, cut, gone.signal),
      relay(server, client, down, split, cut, gone.signal),
    ];
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

async function relay(
  from: Socket,
  to: Socket,
  disturbances: readonly Disturbance[],
  split: number | undefined,
  cut: () => void,
  gone: AbortSignal,
): Promise<void> {
  const coming = [...disturbances].sort((a, b) => a.at - b.at);
  let passed = 0;
  /** Does what is due now. */
  const disturb = async (): Promise<void> => {
    while (coming[0] !== undefined && coming[0].at <= passed) {
      const action = coming.shift()?.action;
      if (action === "cut") cut();
      else if (action === "stall") await once(gone, "abort");
      else await setTimeout(action, undefined, { signal: gone });
    }
  };
  await disturb();
  for await (const chunk of from as AsyncIterable<Buffer>) {
    let rest = chunk;
    while (rest.length > 0) {
      const length = Math.min(
        rest.length,
        (coming[0]?.at ?? Number.POSITIVE_INFINITY) - passed,
        split ?? rest.length,
      );
      if (!to.write(rest.subarray(0, length))) await once(to, "drain", { signal: gone });
      rest = rest.subarray(length);
      passed += length;
      await disturb();
      if (split !== undefined) await setImmediate();
    }
  }
  to.end();
}
