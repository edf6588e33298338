import type { Violation, ViolationCode } from "./violation.ts";

/**
 * The peer's violation of RFC 6455, or of a limit. Never thrown: the connection fails with `closeCode`, and its
 * sink is handed the error in `closed`.
 */
export class WebSocketError extends Error {
  /** Stable across versions, unlike `message`: one of those of `violation.ts`. */
  readonly code: ViolationCode;
  /** What the peer was told, RFC 6455 section 7.4. */
  readonly closeCode: number;

  constructor(violation: Violation) {
    super(violation.message);
    this.name = "WebSocketError";
    this.code = violation.code;
    this.closeCode = violation.closeCode;
  }
}
