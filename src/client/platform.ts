import type { Cancel, Clock } from "../clock.ts";
import type { ClientTransport } from "../engine/client-transport.ts";
import type { Page } from "./address.ts";
import type { ResolvedOptions } from "./options.ts";

/** What the client needs of where it runs; `entry/` hands it in. */
export interface Platform {
  readonly clock: Clock;
  /** Where relative URLs begin; `undefined` where there is no page. */
  readonly page: Page | undefined;
  /** A number from 0 to below 1. */
  random(): number;
  /** Makes a transport of this name; `undefined` where there is none. */
  createTransport(name: string, url: string, options: ResolvedOptions): ClientTransport | undefined;
  /** Calls `run` when the page is left. */
  onUnload(run: () => void): Cancel;
}
