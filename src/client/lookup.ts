import { parseAddress } from "./address.ts";
import type { Manager } from "./manager.ts";
import { DEFAULTS, type ManagerOptions, type SocketOptions } from "./options.ts";
import type { Platform } from "./platform.ts";
import type { Socket } from "./socket.ts";

/** The options of `io(url, options)`. */
export type ConnectOptions = Partial<ManagerOptions & SocketOptions>;

/** Gives the socket of the namespace that a URL names; see {@link findSocket}. */
export interface Lookup {
  (options?: ConnectOptions): Socket;
  (url?: string, options?: ConnectOptions): Socket;
}

/** The managers whose connections namespaces share, by their servers. */
export type SharedManagers = Map<string, Manager>;

/**
 * What `io(url, options)` does. The path of the URL is the namespace. Namespaces of one server share a connection,
 * unless the options `forceNew` or `multiplex: false` say otherwise, or the namespace is in use already.
 */
export function findSocket(
  managers: SharedManagers,
  platform: Platform,
  ManagerHere: new (url: string | undefined, options: ConnectOptions) => Manager,
  first: string | ConnectOptions | undefined,
  second: ConnectOptions,
): Socket {
  const [url, options] = typeof first === "object" ? [undefined, first] : [first, second];
  const { secure, authority, namespace } = parseAddress(url, platform.page);
  const key = `${secure}//${authority}${options.path ?? DEFAULTS.path}`;
  let manager = managers.get(key);
  const isAlone = options.forceNew || options.multiplex === false || manager?.sockets.has(namespace);
  if (isAlone || !manager) {
    manager = new ManagerHere(url, options);
    if (!isAlone) managers.set(key, manager);
  }
  return manager.socket(namespace, options);
}
