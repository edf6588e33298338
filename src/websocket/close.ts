import { Buffer, isUtf8 } from "node:buffer";
import { BaroError, ERR_CLOSE_CODE, ERR_CONTROL_LENGTH } from "../errors.ts";
import { CloseCode, isCloseCode } from "./close-code.ts";
import { MAX_CONTROL_PAYLOAD } from "./frame.ts";
import { Violation } from "./violation.ts";

/** What a close frame says. */
export interface Close {
  /** 1005 when the frame had no code. */
  readonly code: number;
  readonly reason: string;
}

const NO_STATUS: Close = { code: CloseCode.NO_STATUS, reason: "" };
const NOTHING = Buffer.alloc(0);

/**
 * The payload of a close frame, RFC 6455 section 5.5.1.
 *
 * @param code none for an empty payload.
 * @throws BaroError for a code that may not be sent, a reason without a code, or one over 123 bytes of UTF-8.
 */
export function encodeClose(code?: number, reason = ""): Buffer {
  if (code === undefined) {
    if (reason !== "") throw new BaroError(ERR_CLOSE_CODE, "A close reason needs a close code before it.");
    return NOTHING;
  }
  if (!Number.isInteger(code) || !isCloseCode(code)) {
    throw new BaroError(ERR_CLOSE_CODE, `The close code ${code} may not be sent; use 1000 or 3000 to 4999.`);
  }
  const length = 2 + Buffer.byteLength(reason);
  if (length > MAX_CONTROL_PAYLOAD) {
    throw new BaroError(ERR_CONTROL_LENGTH, "A close reason may have at most 123 bytes of UTF-8.");
  }
  const payload = Buffer.allocUnsafe(length);
  payload.writeUInt16BE(code, 0);
  payload.write(reason, 2);
  return payload;
}

/**
 * Reads the payload of a peer's close frame, or says what is wrong with it.
 *
 * @param skipsUtf8 whether the reason is taken unseen.
 */
export function decodeClose(payload: Buffer, skipsUtf8 = false): Close | Violation {
  if (payload.length === 0) return NO_STATUS;
  if (payload.length === 1) return Violation.CONTROL_LENGTH;
  const code = payload.readUInt16BE(0);
  if (!isCloseCode(code)) return Violation.CLOSE_CODE;
  const reason = payload.subarray(2);
  // Section 5.5.1: the reason is UTF-8; section 8.1: what is not fails the connection.
  if (!skipsUtf8 && !isUtf8(reason)) return Violation.UTF8;
  return { code, reason: reason.toString() };
}
