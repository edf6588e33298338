import { Allowance } from "../../rate.ts";
import { ConnectionCaps, sourceOf } from "../connection-caps.ts";
import { clock } from "../process.ts";

/** How many clients may connect: in all, and from one address or one /64 of IPv6. 0 for any number. */
export interface ConnectRates {
  /** In a second. */
  readonly connectRate: number;
  readonly connectRatePerAddress: number;
  /** At a time. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** How many times as many in a second, after a rest. */
  readonly burst: number;
}

/** Seconds until one that found no room may ask again. */
export const FULL = 10;
/** Addresses whose rate is remembered; over it, the one that has not connected for the longest is forgotten. */
const MAX_ADDRESSES = 10_000;

/** Holds the clients that connect to a server to its limits. */
export class ConnectLimits {
  readonly #rates: ConnectRates;
  readonly #caps: ConnectionCaps | undefined;
  readonly #all: Allowance | undefined;
  readonly #byAddress: Map<string, Allowance> | undefined;

  /**
   * @returns `undefined` where nothing is limited, so that a server without limits pays nothing.
   * @throws BaroError `BARO_OPTION` for caps that are no integers of 0 or more.
   */
  static of(rates: ConnectRates): ConnectLimits | undefined {
    const caps = ConnectionCaps.of(rates);
    const { connectRate, connectRatePerAddress } = rates;
    const isUnlimited = caps === undefined && connectRate === 0 && connectRatePerAddress === 0;
    return isUnlimited ? undefined : new ConnectLimits(rates, caps);
  }

  private constructor(rates: ConnectRates, caps: ConnectionCaps | undefined) {
    const { connectRate, connectRatePerAddress, burst } = rates;
    this.#rates = rates;
    this.#caps = caps;
    this.#all =
      connectRate === 0
        ? undefined
        : new Allowance(connectRate, Math.max(1, connectRate * burst), clock.now());
    this.#byAddress = connectRatePerAddress === 0 ? undefined : new Map();
  }

  /** Counts an attempt. Gives after how many seconds it may be repeated: 0 when it is let in now. */
  attempt(address: string): number {
    if (!this.hasRoom(address)) return FULL;
    const now = clock.now();
    const own = this.#ofAddress(address, now);
    const ownWait = own?.tryTake(1, now) ?? 0;
    if (ownWait > 0) return ownWait / 1000;
    const wait = this.#all?.tryTake(1, now) ?? 0;
    // Who is refused for the others' sake has not used what is its own.
    if (wait > 0) own?.take(-1, now);
    return wait / 1000;
  }

  /** Whether one more connection may be {@link enter}ed now. */
  hasRoom(address: string): boolean {
    return this.#caps?.hasRoom(address) ?? true;
  }

  /** Counts a connection. Gives what ends it, to be called once; `undefined` where nothing is counted. */
  enter(address: string): (() => void) | undefined {
    return this.#caps?.enter(address);
  }

  #ofAddress(address: string, now: number): Allowance | undefined {
    if (this.#byAddress === undefined) return undefined;
    const source = sourceOf(address);
    const { connectRatePerAddress: rate, burst } = this.#rates;
    const allowance = this.#byAddress.get(source) ?? new Allowance(rate, Math.max(1, rate * burst), now);
    // The last in the map is the last that connected.
    this.#byAddress.delete(source);
    this.#byAddress.set(source, allowance);
    if (this.#byAddress.size > MAX_ADDRESSES) {
      for (const oldest of this.#byAddress.keys()) {
        this.#byAddress.delete(oldest);
        break;
      }
    }
    return allowance;
  }
}
