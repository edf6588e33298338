import { type Event, frame, hex } from "./recorder.ts";

/** Bytes of a client, what the server makes of them, and what it writes. */
export interface Vector {
  /** The ids of the catalogue of attacks, or a section of RFC 6455. */
  readonly id: string;
  readonly bytes: Buffer;
  readonly events: readonly Event[];
  /** All that is written, in hex; of a close frame only the code is compared. */
  readonly wire?: string;
}

const failed = (closeCode: number, code: string): Event[] => [
  { closed: 1006, reason: "", error: `${closeCode} WS_ERR_${code}` },
];
const fail = (id: string, bytes: Buffer | string, closeCode: number, code: string): Vector => ({
  id,
  bytes: typeof bytes === "string" ? hex(bytes) : bytes,
  events: failed(closeCode, code),
});
const ok = (id: string, bytes: Buffer | string, ...events: Event[]): Vector => ({
  id,
  bytes: typeof bytes === "string" ? hex(bytes) : bytes,
  events,
});
const join = (...frames: Buffer[]) => Buffer.concat(frames);
const A = "81 80 00000000";

export const VECTORS: readonly Vector[] = [
  ok("5.7 masked hello", "81 85 37 fa 21 3d 7f 9f 4d 51 58", { text: "Hello" }),
  ok("5.2 empty text", A, { text: "" }),
  ok("5.2 empty binary", "82 80 01020304", { binary: "" }),
  ok("5.2 two messages", `${A} 82 81 00000000 61`, { text: "" }, { binary: "61" }),
  ok("5.4 three fragments", join(frame(0x01, "a"), frame(0x00, "b"), frame(0x80, "c")), { text: "abc" }),
  ok("5.4 binary fragments", join(frame(0x02, "a"), frame(0x80, "")), { binary: "61" }),
  { ...ok("5.5.2 ping", frame(0x89, "hi"), { ping: "6869" }), wire: "8a026869" },
  { ...ok("5.5.2 empty ping", frame(0x89), { ping: "" }), wire: "8a00" },
  ok("5.5.3 pong", frame(0x8a, "hi"), { pong: "6869" }),

  fail("F-1 RSV1 on text", "C1 80 00000000", 1002, "UNEXPECTED_RSV_1"),
  fail("F-1 RSV2", "A1 80 00000000", 1002, "UNEXPECTED_RSV_2_3"),
  fail("F-1 RSV3", "91 80 00000000", 1002, "UNEXPECTED_RSV_2_3"),
  fail("F-1 RSV1 on ping", "C9 80 00000000", 1002, "UNEXPECTED_RSV_1"),
  fail("F-1 all of them", "F1 80 00000000", 1002, "UNEXPECTED_RSV_2_3"),
  ...[0x83, 0x84, 0x85, 0x86, 0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f].map((first) =>
    fail(`F-2 opcode ${first.toString(16)}`, frame(first), 1002, "INVALID_OPCODE"),
  ),
  fail("F-3 fragmented ping", "09 80 00000000", 1002, "EXPECTED_FIN"),
  fail("F-3 fragmented close", "08 80 00000000", 1002, "EXPECTED_FIN"),
  fail("F-3 ping of 126 bytes", frame(0x89, "x".repeat(126)), 1002, "INVALID_CONTROL_PAYLOAD_LENGTH"),
  fail("F-3 close of 126 bytes", frame(0x88, "x".repeat(126)), 1002, "INVALID_CONTROL_PAYLOAD_LENGTH"),
  fail("F-4 unmasked", "81 02 68 69", 1002, "EXPECTED_MASK"),
  fail("F-4 unmasked and empty", "81 00", 1002, "EXPECTED_MASK"),
  fail("F-4 unmasked ping", "89 00", 1002, "EXPECTED_MASK"),
  fail("F-5 continuation first", "80 81 00000000 61", 1002, "INVALID_OPCODE"),
  fail("F-5 first fragment twice", "01 81 00000000 61 01 81 00000000 61", 1002, "INVALID_OPCODE"),
  fail("F-5 new message inside one", "01 81 00000000 61 81 81 00000000 61", 1002, "INVALID_OPCODE"),

  { ...ok("F-6 empty close", "88 80 00000000", { closed: 1005, reason: "" }), wire: "8800" },
  { ...ok("F-6 close 1000", frame(0x88, hex("03e8")), { closed: 1000, reason: "" }), wire: "880203e8" },
  {
    ...ok("F-6 close with a reason", frame(0x88, hex("03e9 c3a9")), { closed: 1001, reason: "é" }),
    wire: "880403e9c3a9",
  },
  fail("F-6 close of one byte", "88 81 00000000 03", 1002, "INVALID_CONTROL_PAYLOAD_LENGTH"),
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map((code) =>
    fail(`F-6 close ${code}`, frame(0x88, Buffer.from([code >> 8, code & 255])), 1002, "INVALID_CLOSE_CODE"),
  ),
  ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map((code) =>
    ok(`F-6 close ${code}`, frame(0x88, Buffer.from([code >> 8, code & 255])), { closed: code, reason: "" }),
  ),
  fail("F-6 reason not UTF-8", "88 83 00000000 03 E8 FF", 1007, "INVALID_UTF8"),

  fail("F-7 all bits", "82 FF FF FF FF FF FF FF FF FF 00000000", 1002, "INVALID_LENGTH"),
  fail("F-7 2^63-1", "82 FF 7F FF FF FF FF FF FF FF 00000000", 1009, "UNSUPPORTED_MESSAGE_LENGTH"),
  fail("F-7 2^53", "82 FF 00 20 00 00 00 00 00 00 00000000", 1009, "UNSUPPORTED_MESSAGE_LENGTH"),
  fail("F-7 2^53-1", "82 FF 00 1F FF FF FF FF FF FF 00000000", 1009, "UNSUPPORTED_MESSAGE_LENGTH"),
  fail("F-7 2^32", "82 FF 00 00 00 01 00 00 00 00 00000000", 1009, "UNSUPPORTED_MESSAGE_LENGTH"),
  fail("F-8 5 in two bytes", "81 FE 00 05 00000000 6161616161", 1002, "LENGTH_NOT_MINIMAL"),
  fail("F-8 125 in two bytes", frame(0x82, "x".repeat(125), { extended: 2 }), 1002, "LENGTH_NOT_MINIMAL"),
  fail("F-8 5 in eight bytes", frame(0x81, "aaaaa", { extended: 8 }), 1002, "LENGTH_NOT_MINIMAL"),
  fail(
    "F-8 65535 in eight bytes",
    frame(0x82, "x".repeat(65535), { extended: 8 }),
    1002,
    "LENGTH_NOT_MINIMAL",
  ),
  ok("F-9 data after close", join(frame(0x88, hex("03e8")), frame(0x81, "late")), {
    closed: 1000,
    reason: "",
  }),
  {
    ...ok("F-9 a second close", join(frame(0x88, hex("03e8")), frame(0x88)), { closed: 1000, reason: "" }),
    wire: "880203e8",
  },

  fail("F-10 FF", frame(0x81, hex("ff")), 1007, "INVALID_UTF8"),
  fail("F-10 overlong", frame(0x81, hex("c080")), 1007, "INVALID_UTF8"),
  fail("F-10 surrogate", frame(0x81, hex("eda080")), 1007, "INVALID_UTF8"),
  fail("F-10 over U+10FFFF", frame(0x81, hex("f4908080")), 1007, "INVALID_UTF8"),
  fail("F-10 cut", frame(0x81, hex("e282")), 1007, "INVALID_UTF8"),
  fail(
    "F-10 cut at the last fragment",
    join(frame(0x01, "a"), frame(0x80, hex("e282"))),
    1007,
    "INVALID_UTF8",
  ),
  fail("F-10 bad first fragment", frame(0x01, hex("61ff")), 1007, "INVALID_UTF8"),
  fail("F-10 surrogate cut by a fragment", frame(0x01, hex("eda0")), 1007, "INVALID_UTF8"),
  fail(
    "F-10 bad second fragment",
    join(frame(0x01, hex("e2")), frame(0x00, hex("28"))),
    1007,
    "INVALID_UTF8",
  ),
  ok("F-10 a character over two fragments", "01 81 00000000 E2 80 82 00000000 82 AC", { text: "€" }),
  ok(
    "F-10 a character over four",
    join(
      ...[0xf0, 0x9f, 0x98].map((b, i) => frame(i === 0 ? 1 : 0, [b] as never)),
      frame(0x80, [0x80] as never),
    ),
    { text: "😀" },
  ),
  ok("F-10 binary is not checked", frame(0x82, hex("ff")), { binary: "ff" }),

  {
    ...ok(
      "F-11 a ping inside a fragmented message",
      join(frame(0x01, "a"), frame(0x89, "p"), frame(0x00, "b"), frame(0x8a, "q"), frame(0x80, "c")),
      { ping: "70" },
      { pong: "71" },
      { text: "abc" },
    ),
    wire: "8a0170",
  },
  ok("F-11 close inside a fragmented message", join(frame(0x01, "a"), frame(0x88)), {
    closed: 1005,
    reason: "",
  }),
  ok("F-12 three empty fragments", join(frame(0x01), frame(0x00), frame(0x80)), { text: "" }),
  fail(
    "F-15 100 MiB and a byte announced",
    "82 FF 00 00 00 00 06 40 00 01 00000000",
    1009,
    "UNSUPPORTED_MESSAGE_LENGTH",
  ),
];
