/** Why a session ended whose peer does not read: for itself, or because all together hold too much. */
export type ShedCause = "slow" | "memory";

/** Somebody for whom bytes wait. */
export interface Backlogged {
  /** How many, as of now. */
  readonly backlog: number;
  /** Ends the connection: what waits is lost. */
  shed(cause: ShedCause, sentence: string): void;
}

/** Watches over what waits for peers to read. Told about those alone that do not keep up. */
export interface Backlogs {
  /** So many bytes more wait in queues; below 0, fewer. What waits in many queues counts once. */
  queue(bytes: number): void;
  /**
   * Notes that `bytes` in all wait for one peer; 0 when nothing does any more. Ends nobody before it has returned.
   * @param refused those of them that the transport holds: they are in no queue.
   */
  hold(peer: Backlogged, bytes: number, refused: number): void;
  /** A peer was given up. */
  ended(cause: ShedCause): void;
}
