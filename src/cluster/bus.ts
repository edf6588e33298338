/** The name of one server in its cluster. */
export type NodeId = string;

/** What servers tell each other: plain data and bytes, nothing with behaviour. A bus carries it and looks at nothing. */
export type BusMessage = Readonly<Record<string, unknown>>;

/**
 * What connects the servers of a cluster. An implementation promises that the messages of one server arrive in
 * their order, each at most once, and never within the call that sent them.
 */
export interface Bus {
  /** Joins the cluster. `receive` hears the messages of the others. */
  join(receive: (message: BusMessage, from: NodeId) => void): Membership;
}

/** One server's place in the cluster. */
export interface Membership {
  /** How many others there are, as far as this server knows. */
  readonly others: number;
  /** Tells all others. */
  publish(message: BusMessage): void;
  /** Tells one other; one that has left hears nothing. */
  send(to: NodeId, message: BusMessage): void;
  /** Hears and tells nothing any more. */
  leave(): void;
}
