import { isIPv6 } from "node:net";
import type { Duplex } from "node:stream";
import { BaroError, ERR_OPTION } from "../errors.ts";

/** How many connections a server holds at a time. Both are off by default: nobody but the application knows its size. */
export interface ConnectionCapOptions {
  /** Connections in all; 0, the default, for no bound. Above, a new one is answered with 503. */
  maxConnections?: number | undefined;
  /**
   * Connections from one address, or from one /64 of IPv6, which is what a single subscriber gets; 0, the default,
   * for no bound. It is the address of the TCP connection: behind a proxy all of them are the proxy's.
   */
  maxConnectionsPerAddress?: number | undefined;
}

/** What the answer 503 to a connection above the caps says. */
export const RETRY_LATER = { "Retry-After": "10" };
export const TOO_MANY_CONNECTIONS = "Too many connections.";

/**
 * Counts the connections of a server, in all and by address, so that neither one address nor all of them together
 * can use up its memory and its file descriptors with connections that are opened and left open.
 */
export class ConnectionCaps {
  readonly #most: number;
  readonly #mostPerAddress: number;
  #count = 0;
  readonly #counts = new Map<string, number>();
  readonly #held = new WeakSet<Duplex>();

  /**
   * @returns `undefined` where neither cap is set, so that a server without them pays nothing.
   * @throws BaroError unless both are integers of 0 or more.
   */
  static of(options: ConnectionCapOptions): ConnectionCaps | undefined {
    const most = settle(options, "maxConnections");
    const mostPerAddress = settle(options, "maxConnectionsPerAddress");
    return most === Number.POSITIVE_INFINITY && mostPerAddress === Number.POSITIVE_INFINITY
      ? undefined
      : new ConnectionCaps(most, mostPerAddress);
  }

  private constructor(most: number, mostPerAddress: number) {
    this.#most = most;
    this.#mostPerAddress = mostPerAddress;
  }

  /** Connections that are counted now. */
  get count(): number {
    return this.#count;
  }

  /**
   * Counts one connection, if there is room for it.
   *
   * @param address of the peer; none, as with a socket of the file system, counts in all only.
   * @returns ends it, to be called once; `undefined` when there is no room.
   */
  enter(address: string | undefined): (() => void) | undefined {
    const source = address === undefined ? undefined : sourceOf(address);
    const ofSource = this.#countOf(source);
    if (this.#count >= this.#most || ofSource >= this.#mostPerAddress) return undefined;
    this.#count += 1;
    if (source !== undefined) this.#counts.set(source, ofSource + 1);
    return () => this.#leave(source);
  }

  /** Whether {@link enter} would count a connection of `address` now. */
  hasRoom(address: string): boolean {
    return this.#count < this.#most && this.#countOf(sourceOf(address)) < this.#mostPerAddress;
  }

  /** Counts `socket` until it is closed; once, however often it is asked. @returns whether there is room for it. */
  hold(socket: Duplex): boolean {
    if (this.#held.has(socket)) return true;
    const leave = this.enter("remoteAddress" in socket ? (socket.remoteAddress as string) : undefined);
    if (leave === undefined) return false;
    this.#held.add(socket);
    if (socket.closed) leave();
    else socket.once("close", leave);
    return true;
  }

  #countOf(source: string | undefined): number {
    return source === undefined ? 0 : (this.#counts.get(source) ?? 0);
  }

  #leave(source: string | undefined): void {
    this.#count -= 1;
    if (source === undefined) return;
    const left = (this.#counts.get(source) ?? 0) - 1;
    if (left > 0) this.#counts.set(source, left);
    else this.#counts.delete(source);
  }
}

function settle(options: ConnectionCapOptions, name: keyof ConnectionCapOptions): number {
  const value = options[name] ?? 0;
  if (Number.isInteger(value) && value >= 0) return value || Number.POSITIVE_INFINITY;
  throw new BaroError(ERR_OPTION, `${name} must be an integer of 0 or more.`);
}

/** What counts as one source: an address of IPv4, also where it is mapped into IPv6, or the first 64 bits of IPv6. */
export function sourceOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [front = [], back] = (address.split("%", 1)[0] ?? "").split("::").map(groupsOf);
  // `::` stands for as many groups of zeros as are missing to eight.
  const zeros = back === undefined ? [] : new Array<string>(8 - front.length - back.length).fill("0");
  return `${[...front, ...zeros, ...(back ?? [])].slice(0, 4).join(":")}::/64`;
}

function groupsOf(text: string): string[] {
  return text === "" ? [] : text.split(":");
}
