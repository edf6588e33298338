import { type Page, parseAddress } from "../client/address.ts";
import type { ConnectOptions } from "../client/lookup.ts";
import type { Manager } from "../client/manager.ts";
import type { Clock } from "../clock.ts";
import type { ConnectionWatches } from "./connection-watches.ts";
import { KeyOf } from "./key-of.ts";
import { SharedSocket } from "./shared-socket.ts";

/** What the hooks need of where they run; `entry/` hands it in. */
export interface Surroundings {
  readonly clock: Clock;
  /** Where relative URLs begin; `undefined` where there is no page. */
  readonly page: Page | undefined;
  createManager(url: string, options: ConnectOptions): Manager;
}

/**
 * The sockets of all components: one for each URL with the same options. Namespaces of one server share a connection, as
 * with `io`.
 *
 * Rendering may not have effects, and React may throw a rendering away without a word. So what is made for one does
 * not connect, and is held weakly here; `#held` has those of mounted components.
 */
export class SharedSockets {
  readonly #surroundings: Surroundings;
  readonly #watches: ConnectionWatches;
  readonly #keys = new KeyOf();
  readonly #managers = new Map<string, WeakRef<Manager>>();
  readonly #sockets = new WeakMap<Manager, Map<string, SharedSocket>>();
  readonly #held = new Set<SharedSocket>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // There may be a new one by now.
    if (this.#managers.get(key)?.deref() === undefined) this.#managers.delete(key);
  });

  constructor(surroundings: Surroundings, watches: ConnectionWatches) {
    this.#surroundings = surroundings;
    this.#watches = watches;
  }

  /** How many managers it knows; those that nobody holds count until they are collected. */
  get size(): number {
    return this.#managers.size;
  }

  /** @throws BaroError `BARO_OPTION` when `url` is none. */
  get(url: string | undefined, options: ConnectOptions): SharedSocket {
    const { clock, page } = this.#surroundings;
    const { secure, authority, namespace, query } = parseAddress(url, page);
    const origin = `${secure ? "https" : "http"}://${authority}`;
    const complete = { ...options, query: options.query ?? query, autoConnect: false };
    const manager = this.#manager(origin, namespace, complete);
    const sockets = this.#sockets.get(manager) ?? new Map<string, SharedSocket>();
    this.#sockets.set(manager, sockets);
    let shared = sockets.get(namespace);
    if (shared === undefined) {
      const socket = manager.socket(namespace, complete);
      shared = new SharedSocket(socket, this.#watches.of(socket), clock, this.#held);
      sockets.set(namespace, shared);
    }
    return shared;
  }

  #manager(origin: string, namespace: string, options: ConnectOptions): Manager {
    const { auth, forceNew, multiplex, ...others } = options;
    const key = this.#keys.of([
      origin,
      others,
      // A function is written anew at each rendering, too: there is one socket, which asks the newest.
      typeof auth === "function" ? "function" : [auth],
      forceNew || multiplex === false ? namespace : undefined,
    ]);
    let manager = this.#managers.get(key)?.deref();
    if (manager === undefined) {
      manager = this.#surroundings.createManager(origin, options);
      this.#managers.set(key, new WeakRef(manager));
      this.#collected.register(manager, key);
    }
    return manager;
  }
}
