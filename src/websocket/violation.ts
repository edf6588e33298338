import { CloseCode } from "./close-code.ts";

/** What a peer can do wrong: the kind, the close code that answers it, and the sentence for people. */
export type Violation = (typeof Violation)[keyof typeof Violation];
export type ViolationCode = Violation["code"];

// Where ws has an error of the same kind, the code and the sentence are its own: programs match on them.
export const Violation = {
  RESERVED_BIT_1: violation(
    "WS_ERR_UNEXPECTED_RSV_1",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: RSV1 must be clear",
  ),
  RESERVED_BITS: violation(
    "WS_ERR_UNEXPECTED_RSV_2_3",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: RSV2 and RSV3 must be clear",
  ),
  OPCODE: violation(
    "WS_ERR_INVALID_OPCODE",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: invalid opcode",
  ),
  FRAGMENTED_CONTROL: violation(
    "WS_ERR_EXPECTED_FIN",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: FIN must be set",
  ),
  CONTROL_LENGTH: violation(
    "WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: invalid payload length",
  ),
  UNMASKED: violation(
    "WS_ERR_EXPECTED_MASK",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: MASK must be set",
  ),
  MASKED: violation(
    "WS_ERR_UNEXPECTED_MASK",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: MASK must be clear",
  ),
  LENGTH_NOT_MINIMAL: violation(
    "WS_ERR_LENGTH_NOT_MINIMAL",
    CloseCode.PROTOCOL_ERROR,
    "a length must use the fewest bytes",
  ),
  LENGTH_SIGN: violation(
    "WS_ERR_INVALID_LENGTH",
    CloseCode.PROTOCOL_ERROR,
    "a length has its highest bit set",
  ),
  CLOSE_CODE: violation(
    "WS_ERR_INVALID_CLOSE_CODE",
    CloseCode.PROTOCOL_ERROR,
    "Invalid WebSocket frame: invalid status code",
  ),
  UTF8: violation(
    "WS_ERR_INVALID_UTF8",
    CloseCode.INVALID_PAYLOAD,
    "Invalid WebSocket frame: invalid UTF-8 sequence",
  ),
  COMPRESSION: violation(
    "WS_ERR_INVALID_COMPRESSED_DATA",
    CloseCode.INVALID_PAYLOAD,
    "compressed data that is not valid",
  ),
  MESSAGE_LENGTH: violation(
    "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
    CloseCode.MESSAGE_TOO_BIG,
    "Max payload size exceeded",
  ),
  FRAGMENTS: violation(
    "WS_ERR_TOO_MANY_BUFFERED_PARTS",
    CloseCode.POLICY_VIOLATION,
    "Too many message fragments",
  ),
  MESSAGE_TIMEOUT: violation(
    "WS_ERR_MESSAGE_TIMEOUT",
    CloseCode.POLICY_VIOLATION,
    "a message was begun and not finished",
  ),
  HEARTBEAT: violation("WS_ERR_HEARTBEAT", CloseCode.INTERNAL_ERROR, "no sign of life after a ping"),
  ASSEMBLY: violation(
    "WS_ERR_TOO_MUCH_UNFINISHED",
    CloseCode.TRY_AGAIN_LATER,
    "too many bytes of unfinished messages in all",
  ),
  CONTROL_RATE: violation(
    "WS_ERR_TOO_MANY_CONTROL_FRAMES",
    CloseCode.POLICY_VIOLATION,
    "too many pings and pongs in a second",
  ),
  SLOW_READER: violation("WS_ERR_SLOW_READER", CloseCode.TRY_AGAIN_LATER, "too many bytes wait for the peer"),
} as const;

function violation<const Code extends string>(code: Code, closeCode: number, message: string) {
  return { code, closeCode, message };
}
