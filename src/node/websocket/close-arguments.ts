import { Buffer } from "node:buffer";
import { ERR_CLOSE_CODE, ERR_CONTROL_LENGTH } from "../../errors.ts";
import { isCloseCode } from "../../websocket/close-code.ts";
import { MAX_CONTROL_PAYLOAD } from "../../websocket/frame.ts";

// Errors of the classes and with the words of ws, and with the codes of Baro.

/** The reason of a close frame as text. @throws TypeError for a code, RangeError for a reason that cannot be sent. */
export function closeReason(code: number | undefined, reason: string | Uint8Array = ""): string {
  // Without a code there is no place for a reason in the frame, RFC 6455 section 5.5.1.
  if (code === undefined) return "";
  if (!Number.isInteger(code) || !isCloseCode(code)) {
    throw withCode(new TypeError("First argument must be a valid error code number"), ERR_CLOSE_CODE);
  }
  const text = typeof reason === "string" ? reason : Buffer.from(reason).toString();
  if (Buffer.byteLength(text) > MAX_CONTROL_PAYLOAD - 2) {
    throw withCode(new RangeError("The message must not be greater than 123 bytes"), ERR_CONTROL_LENGTH);
  }
  return text;
}

/** @throws RangeError for more than the payload of a ping or pong may have. */
export function checkControlLength(length: number): void {
  if (length > MAX_CONTROL_PAYLOAD) {
    throw withCode(new RangeError("The data size must not be greater than 125 bytes"), ERR_CONTROL_LENGTH);
  }
}

/** Gives an error of the platform's the `code` of a `BaroError`. */
export function withCode<E extends Error>(error: E, code: string): E & { readonly code: string } {
  return Object.assign(error, { code });
}
