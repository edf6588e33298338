import { closed, closePayload, text } from "../../support/wire.ts";
import { type Case, hex, join } from "../case.ts";

/** Every code that a close frame may carry: the registered ones, and both ends of the two free ranges. */
const VALID_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000, 4001, 4999,
];
const INVALID_CODES = [
  0, 1, 2, 255, 256, 998, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1099, 1100, 1999, 2000, 2998, 2999, 5000,
  5001, 32_767, 32_768, 65_534, 65_535,
];
const MUST_NOT_BE_SET: Readonly<Record<number, string>> = {
  1005: "7.4.1/1",
  1006: "7.4.1/2",
  1015: "7.4.1/3",
};

/** Sections 5.5.1, 7.1 and 7.4. */
export const CLOSING: readonly Case[] = [
  {
    id: "5.5.1 a close frame without a body",
    musts: ["5.5.1/4", "5.5.1/5"],
    bytes: (frame) => frame(0x88),
    answer: [closed()],
  },
  {
    id: "5.5.1 a close frame of one byte",
    musts: ["5.5.1/1"],
    bytes: (frame) => frame(0x88, "a"),
    answer: [closed(1002)],
  },
  ...VALID_CODES.flatMap((code): Case[] => [
    {
      id: `7.4 close ${code}`,
      musts: ["5.5.1/4", "5.5.1/5"],
      bytes: (frame) => frame(0x88, closePayload(code)),
      answer: [closed(code)],
    },
    {
      id: `7.4 close ${code} with a reason`,
      musts: ["5.5.1/4"],
      bytes: (frame) => frame(0x88, closePayload(code, "the reason: é€😀")),
      answer: [closed(code)],
    },
    {
      id: `7.1.2 close ${code}, begun by the subject`,
      musts: ["7.1.2/1"],
      act: (subject) => subject.close(code, "bye"),
      bytes: (frame) => frame(0x88, closePayload(code)),
      answer: [closed(code)],
    },
  ]),
  ...INVALID_CODES.flatMap((code): Case[] => [
    {
      id: `7.4 close ${code}`,
      musts: MUST_NOT_BE_SET[code] === undefined ? [] : [MUST_NOT_BE_SET[code]],
      bytes: (frame) => frame(0x88, closePayload(code)),
      answer: [closed(1002)],
    },
    {
      id: `7.4 close ${code} with a reason`,
      bytes: (frame) => frame(0x88, closePayload(code, "no")),
      answer: [closed(1002)],
    },
  ]),
  {
    id: "5.5.1 a reason of 123 bytes",
    bytes: (frame) => frame(0x88, closePayload(1000, "x".repeat(123))),
    answer: [closed(1000)],
  },
  {
    id: "5.5.1 a reason of 124 bytes",
    musts: ["5.5/1"],
    bytes: (frame) => frame(0x88, closePayload(1000, "x".repeat(124))),
    answer: [closed(1002)],
  },
  ...["ff", "c080", "eda080", "f4908080", "e282", "cebae1bdb9cf83cebceceda080656469746564"].map(
    (digits): Case => ({
      id: `8.1 a reason that is no UTF-8: ${digits}`,
      musts: ["8.1/1"],
      bytes: (frame) => frame(0x88, closePayload(1000, hex(digits))),
      answer: [closed(1007)],
    }),
  ),
  {
    id: "5.5.1 a message behind a close frame",
    musts: ["5.5.1/3"],
    bytes: (frame) => join(frame(0x88, closePayload(1000)), frame(0x81, "late")),
    answer: [closed(1000)],
  },
  {
    id: "5.5.1 two close frames",
    bytes: (frame) => join(frame(0x88, closePayload(1000)), frame(0x88, closePayload(1001))),
    answer: [closed(1000)],
  },
  {
    id: "5.5.1 bytes that are no frame behind a close frame",
    bytes: (frame) => join(frame(0x88, closePayload(1000)), hex("ffffffffffffffff")),
    answer: [closed(1000)],
  },
  {
    id: "5.5.1 a message, and close behind it",
    bytes: (frame) => join(frame(0x81, "first"), frame(0x88, closePayload(1001))),
    answer: [text("first"), closed(1001)],
  },
  {
    id: "5.5.1 the subject closes, and sends nothing more, whatever comes",
    musts: ["5.5.1/3", "6.1/1"],
    act: (subject) => {
      subject.close(1000);
      subject.sendText("late");
      subject.sendBinary(Buffer.from("late"));
      subject.sendPing("late");
      subject.close(1001);
    },
    bytes: (frame) => join(frame(0x81, "echo me"), frame(0x89, "p"), frame(0x88, closePayload(1000))),
    answer: [closed(1000)],
  },
  {
    id: "5.5.1 the subject closes without a code",
    musts: ["7.1.2/1"],
    act: (subject) => subject.close(),
    bytes: (frame) => frame(0x88),
    answer: [closed()],
  },
  {
    id: "5.5.1 both close at once",
    musts: ["5.5.1/5"],
    act: (subject) => subject.close(4000),
    bytes: (frame) => frame(0x88, closePayload(4001)),
    answer: [closed(4000)],
  },
  {
    id: "7.1.7 a fault while the subject waits for the close frame",
    musts: ["7.1.7/1", "7.1.7/2"],
    act: (subject) => subject.close(1000),
    bytes: (frame) => join(frame(0x83), frame(0x88, closePayload(1000))),
    answer: [closed(1000)],
  },
];
