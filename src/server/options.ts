import type { Bus } from "../cluster/bus.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import type { Parser } from "../socketio/parser.ts";
import type { ConnectionStateRecoveryOptions } from "./recovery/recovery-options.ts";

/** The options of Socket.IO's server that concern namespaces and sockets. */
export interface PolicyOptions {
  /**
   * Milliseconds in which a client must have joined a namespace, or it is closed; 45,000 by default. Stops
   * handshakes that are opened and left open.
   */
  connectTimeout?: number;
  /**
   * The largest message of a client in bytes; 1,000,000 by default. The attachments of one packet together are
   * held to it too.
   */
  maxHttpBufferSize?: number;
  /** The most binary attachments of one packet; 10 by default. Stops headers that announce buffers without end. */
  maxAttachments?: number;
  /**
   * Milliseconds from the head of a binary packet to its first attachment, and from each to the next; 10,000 by
   * default. Stops heads whose attachments never come. Raise it with `maxHttpBufferSize` for clients on slow links.
   */
  attachmentTimeout?: number;
  /** Milliseconds for `onRefreshAuth` to decide about new credentials; 30,000 by default. Stops hooks that hang. */
  hookTimeout?: number;
  /**
   * Clients of ours that are away, of which the server still knows what they have sent; 10,000 by default. Over it,
   * the one that is away for the longest is forgotten. Bounds what clients that come and go leave behind.
   */
  maxProducers?: number;
  /** Acknowledgements that are kept for one such client, in case it has not heard them; 1,000 by default. */
  maxStoredAcks?: number;
  /** Bytes of the acknowledgements that are kept for one client; 65,536 by default. */
  maxStoredAckBytes?: number;
  /** Bytes of all acknowledgements that are kept; 64 MiB by default. */
  maxStoredBytes?: number;
  /**
   * Restores what a client loses with its connection: `{}` switches it on with its defaults. See
   * {@link ConnectionStateRecoveryOptions}.
   */
  connectionStateRecovery?: ConnectionStateRecoveryOptions;
  /** Whether a namespace of {@link Server.of} with a pattern ends when its last socket leaves it; false by default. */
  cleanupEmptyChildNamespaces?: boolean;
  /**
   * The most namespaces of one pattern or function of {@link Server.of}; 100,000 by default. Over it, one that is empty
   * ends as with `cleanupEmptyChildNamespaces`, and where none is, clients get "Invalid namespace". Stops a client that
   * asks for one name after the other.
   */
  maxChildNamespaces?: number;
  /** How packets stand in messages; its clients must have the same. Default: Socket.IO protocol 5. */
  parser?: Parser;
  /** What connects this server with others, so that broadcasts reach the clients of all. */
  cluster?: Bus;
}

type Settled = Omit<PolicyOptions, "parser" | "cluster" | "connectionStateRecovery">;
/** The options that concern each client, complete. */
export type Policy = { readonly [Name in keyof Settled]-?: Required<Settled>[Name] };

/** @throws BaroError `BARO_OPTION` for a value that is no integer above 0. */
export function toPolicy(options: PolicyOptions): Policy {
  return {
    connectTimeout: positive("connectTimeout", options.connectTimeout ?? 45_000),
    maxHttpBufferSize: positive("maxHttpBufferSize", options.maxHttpBufferSize ?? 1_000_000),
    maxAttachments: positive("maxAttachments", options.maxAttachments ?? 10),
    attachmentTimeout: positive("attachmentTimeout", options.attachmentTimeout ?? 10_000),
    hookTimeout: positive("hookTimeout", options.hookTimeout ?? 30_000),
    maxProducers: positive("maxProducers", options.maxProducers ?? 10_000),
    maxStoredAcks: positive("maxStoredAcks", options.maxStoredAcks ?? 1_000),
    maxStoredAckBytes: positive("maxStoredAckBytes", options.maxStoredAckBytes ?? 64 * 1024),
    maxStoredBytes: positive("maxStoredBytes", options.maxStoredBytes ?? 64 * 1024 * 1024),
    maxChildNamespaces: positive("maxChildNamespaces", options.maxChildNamespaces ?? 100_000),
    cleanupEmptyChildNamespaces: options.cleanupEmptyChildNamespaces ?? false,
  };
}

function positive(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new BaroError(ERR_OPTION, `The option ${name} must be an integer above 0, not ${String(value)}.`);
}
