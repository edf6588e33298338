import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { ClusterNode } from "./cluster-node.ts";
import type { Codec } from "./codec.ts";
import type { Producers } from "./producers.ts";
import type { Archive } from "./recovery/archive.ts";
import type { IncomingMessage } from "./request.ts";

/** What all namespaces of one server have in common. */
export interface Realm {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly diagnostics: Diagnostics;
  /** The other servers, where there are any. */
  readonly cluster: ClusterNode | undefined;
  /** What the namespaces keep of what they send. */
  readonly archive: Archive;
  /** What clients of ours have sent. */
  readonly producers: Producers;
  /** A new id that nobody can guess. */
  generateId(): string;
  /** The address of the client that sent `request`. */
  addressOf(request: IncomingMessage): string;
  /** Makes `request` ready for the program to see. */
  describe(request: IncomingMessage): void;
}
