import type { Cancel, Clock } from "../clock.ts";
import type { Page } from "./address.ts";
import type { TransportClass } from "./options.ts";

/** What the client needs of where it runs; `entry/` hands it in. */
export interface Platform {
  readonly clock: Clock;
  /** Where relative URLs begin; `undefined` where there is no page. */
  readonly page: Page | undefined;
  /** A number from 0 to below 1. */
  randomNumber(): number;
  /** 128 random bits for what nobody may guess, as 22 to 24 characters of base64. */
  randomId(): string;
  /** The transports that have a name here. */
  readonly transports: Readonly<Record<string, TransportClass>>;
  /**
   * Calls `wake` when the page or its network is back, with true where no connection has outlived that, and `leave`, where
   * there is one, when the page is left.
   */
  onPage(wake: (gone: boolean) => void, leave: (() => void) | undefined): Cancel;
}
