/** What a peer sent is no packet. A value, not an exception: the peer's mistake never throws. */
export class Malformed {
  /** What was wrong, for the log of the server's operator. */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}
