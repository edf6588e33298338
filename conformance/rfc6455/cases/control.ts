import { closed, ping, pong, text } from "../../support/wire.ts";
import { type Case, join, pattern } from "../case.ts";

const CONTROL = [
  [0x89, "ping"],
  [0x8a, "pong"],
  [0x88, "close"],
] as const;

/** Sections 5.5, 5.5.2 and 5.5.3. */
export const CONTROL_FRAMES: readonly Case[] = [
  ...[0, 1, 5, 124, 125].flatMap((length): Case[] => [
    {
      id: `5.5.2 a ping of ${length} bytes`,
      musts: ["5.5.2/1", "5.5.3/1", "6.2/2"],
      bytes: (frame) => frame(0x89, pattern(length)),
      answer: [pong(pattern(length))],
    },
    {
      id: `5.5.3 a pong of ${length} bytes that nobody asked for`,
      musts: ["6.2/2"],
      bytes: (frame) => frame(0x8a, pattern(length)),
      answer: [],
    },
  ]),
  {
    id: "5.5.2 a ping whose data is no UTF-8",
    musts: ["5.5.3/1"],
    bytes: (frame) => frame(0x89, Buffer.from("00fffefdfcfb00ff", "hex")),
    answer: [pong(Buffer.from("00fffefdfcfb00ff", "hex"))],
  },
  {
    id: "5.5.2 a ping of 125 bytes in packets of one",
    musts: ["5.5.2/1"],
    bytes: (frame) => frame(0x89, pattern(125)),
    answer: [pong(pattern(125))],
    chopped: 1,
  },
  {
    id: "5.5.2 ten pings, ten pongs in their order",
    musts: ["5.5.2/1", "5.5.3/1"],
    bytes: (frame) => join(...Array.from({ length: 10 }, (_, i) => frame(0x89, `payload-${i}`))),
    answer: Array.from({ length: 10 }, (_, i) => pong(`payload-${i}`)),
  },
  {
    id: "5.5.2 ten pings in packets of one",
    musts: ["5.5.2/1", "5.5.3/1"],
    bytes: (frame) => join(...Array.from({ length: 10 }, (_, i) => frame(0x89, `payload-${i}`))),
    answer: Array.from({ length: 10 }, (_, i) => pong(`payload-${i}`)),
    chopped: 1,
  },
  {
    id: "5.5.3 a pong that nobody asked for, and then a ping",
    bytes: (frame) => join(frame(0x8a, "unsolicited"), frame(0x89, "ping")),
    answer: [pong("ping")],
  },
  {
    id: "5.5.2 a ping between two messages",
    musts: ["6.2/2"],
    bytes: (frame) => join(frame(0x81, "a"), frame(0x89, "p"), frame(0x81, "b")),
    answer: [text("a"), pong("p"), text("b")],
  },
  {
    id: "5.5.2 a ping behind a close frame gets no pong",
    musts: ["5.5.2/1"],
    bytes: (frame) => join(frame(0x88), frame(0x89, "late")),
    answer: [closed()],
  },
  {
    id: "5.5.2 a ping of the subject, answered",
    act: (subject) => subject.sendPing("mine"),
    bytes: (frame) => join(frame(0x8a, "mine"), frame(0x81, "a")),
    answer: [ping("mine"), text("a")],
  },
  ...CONTROL.flatMap(([first, name]): Case[] => [
    {
      id: `5.5 a ${name} frame of 126 bytes`,
      musts: ["5.5/1"],
      bytes: (frame) => join(frame(first, pattern(126)), frame(0x81, "late")),
      answer: [closed(1002)],
    },
    {
      id: `5.5 a ${name} frame of 126 bytes, of which only the header comes`,
      musts: ["5.5/1"],
      bytes: (frame) => frame(first, "", { length: 126 }),
      answer: [closed(1002)],
    },
    {
      id: `5.5 a ${name} frame of 65,536 bytes`,
      musts: ["5.5/1"],
      bytes: (frame) => frame(first, pattern(65_536)),
      answer: [closed(1002)],
      large: true,
    },
    {
      id: `5.5 a ${name} frame of 5 bytes with its length in two`,
      musts: ["5.5/1", "5.2/4"],
      bytes: (frame) => frame(first, "Hello", { extended: 2 }),
      answer: [closed(1002)],
    },
    {
      id: `5.4 a ${name} frame without FIN`,
      musts: ["5.4/1", "5.5/1"],
      bytes: (frame) => join(frame(first & 0x0f), frame(0x81, "late")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 a ${name} frame in two fragments`,
      musts: ["5.4/1", "5.5/1"],
      bytes: (frame) => join(frame(first & 0x0f, "frag"), frame(0x80, "ment")),
      answer: [closed(1002)],
    },
    {
      id: `5.4 a ${name} frame without FIN inside a message`,
      musts: ["5.4/1"],
      bytes: (frame) => join(frame(0x01, "a"), frame(first & 0x0f), frame(0x80, "b")),
      answer: [closed(1002)],
    },
  ]),
];
