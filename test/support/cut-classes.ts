import type { Unit } from "./wire-units.ts";

/** How a client connects. */
export const WAYS = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
  sse: ["sse"],
} as const;

export type Way = keyof typeof WAYS;

/** The least and the most bytes of a unit that pass before the cut. */
type Range = readonly [least: number, most: number];

/** A kind of place in the protocol at which a connection breaks. */
export interface CutClass {
  readonly name: string;
  readonly ways: readonly Way[];
  /** Where in `unit`; nothing where it is not that place. */
  readonly find: (unit: Unit) => Range | undefined;
  /** How often in one session the place is met at least. */
  readonly often: number;
  /** Whether the session may go on all the same, and not come to such a place again. */
  readonly once?: boolean;
  /** Whether the connection stands, and carries nothing more; by default it is cut. */
  readonly silence?: boolean;
  /** Whether it is about what a client has missed: its connection is broken once before that. */
  readonly isOfReplay?: boolean;
}

const inside = ({ bytes }: Unit): Range | undefined => (bytes.length > 1 ? [1, bytes.length - 1] : undefined);
const before = (_unit: Unit): Range => [0, 0];
const behind = ({ bytes }: Unit): Range => [bytes.length, bytes.length];
const anywhere = ({ bytes }: Unit): Range => [0, bytes.length];

/** The first request of a session; a stream has no other. */
const isFirst = ({ url, method }: Unit): boolean =>
  method === "GET" && !url.includes("sid=") && !url.includes("transport=websocket");
const isPolled = ({ url, method }: Unit): boolean =>
  method === "GET" && url.includes("sid=") && url.includes("transport=polling");

function where(
  is: (unit: Unit) => boolean,
  range: (unit: Unit) => Range | undefined,
): (unit: Unit) => Range | undefined {
  return (unit) => (is(unit) ? range(unit) : undefined);
}

/** One that says `text`, or any but those of a probe, without which the session stays where it is. */
const isFrame =
  (direction: Unit["direction"], text?: string) =>
  (unit: Unit): boolean =>
    unit.kind === "frame" &&
    unit.direction === direction &&
    (text === undefined ? !unit.text.endsWith("probe") : unit.text === text);

const POSTING = ["polling", "sse", "upgrade"] as const;
const FRAMED = ["websocket", "upgrade"] as const;
const ALL = ["polling", "websocket", "upgrade", "sse"] as const;

/** As the first request of a session, and as a probe: without that, the session stays where it is. */
const webSocketClasses = FRAMED.flatMap((way): CutClass[] => {
  const place = {
    ways: [way],
    often: 1,
    ...(way === "upgrade" && { once: true }),
  };
  const asWhat = way === "upgrade" ? "a probe" : "a session";
  return [
    {
      ...place,
      name: `in the request for the WebSocket of ${asWhat}`,
      find: where(
        ({ direction, kind, url }) =>
          direction === "up" && kind === "head" && url.includes("transport=websocket"),
        inside,
      ),
    },
    {
      ...place,
      name: `in the 101 for the WebSocket of ${asWhat}`,
      find: where(({ kind, status }) => kind === "head" && status === 101, inside),
    },
  ];
});

const frameClasses = (["up", "down"] as const).flatMap((direction): CutClass[] => [
  {
    name: `in the header of a frame ${direction}`,
    ways: FRAMED,
    find: where(isFrame(direction), ({ header }) => [1, header - 1]),
    often: 20,
  },
  {
    name: `in the payload of a frame ${direction}`,
    ways: FRAMED,
    find: where(isFrame(direction), ({ header, bytes }) =>
      bytes.length > header + 1 ? [header + 1, bytes.length - 1] : undefined,
    ),
    often: 20,
  },
  {
    name: `between an event and its bytes ${direction}`,
    ways: FRAMED,
    find: where((unit) => isFrame(direction)(unit) && unit.text.startsWith("45"), behind),
    often: 5,
  },
]);

/** All of them. A cut right behind an answer breaks nothing, one right before it loses all of it. */
export const CUT_CLASSES: readonly CutClass[] = [
  {
    name: "in the first request",
    ways: ["polling", "sse", "upgrade"],
    find: where((unit) => unit.direction === "up" && unit.kind === "head" && isFirst(unit), inside),
    often: 1,
  },
  {
    name: "in the answer to the first request",
    ways: ["polling", "sse", "upgrade"],
    find: where((unit) => unit.direction === "down" && isFirst(unit), inside),
    often: 2,
  },
  ...webSocketClasses,
  {
    name: "before 3probe has come",
    ways: ["upgrade"],
    find: where(isFrame("down", "3probe"), ({ bytes }) => [0, bytes.length - 1]),
    often: 1,
    once: true,
  },
  {
    name: "behind 3probe, before 5",
    ways: ["upgrade"],
    find: where(isFrame("down", "3probe"), behind),
    often: 1,
    once: true,
  },
  {
    name: "in 5, behind 3probe",
    ways: ["upgrade"],
    find: where(isFrame("up", "5"), ({ bytes }) => [0, bytes.length - 1]),
    often: 1,
  },
  { name: "behind 5", ways: ["upgrade"], find: where(isFrame("up", "5"), behind), often: 1 },
  ...frameClasses,
  {
    name: "between an event and its bytes in one payload",
    ways: ["polling", "upgrade"],
    find: where(
      ({ kind, text }) => kind === "body" && text.includes("\x1eb"),
      ({ bytes }) => [bytes.indexOf("\x1eb"), bytes.indexOf("\x1eb") + 1],
    ),
    often: 1,
  },
  {
    name: "in a POST",
    ways: POSTING,
    find: where(
      ({ direction, kind, method }) => direction === "up" && kind === "body" && method === "POST",
      inside,
    ),
    often: 1,
  },
  {
    name: "between a POST and its answer",
    ways: POSTING,
    find: where(
      ({ direction, kind, method }) => direction === "down" && kind === "head" && method === "POST",
      before,
    ),
    often: 1,
  },
  {
    name: "in the answer to a poll",
    ways: ["polling", "upgrade"],
    find: where((unit) => unit.direction === "down" && isPolled(unit), inside),
    often: 1,
  },
  {
    name: "in an event of a stream",
    ways: ["sse"],
    find: where(
      ({ direction, kind, method }) => direction === "down" && kind === "body" && method === "GET",
      inside,
    ),
    often: 10,
  },
  {
    name: "in CONNECT",
    ways: ALL,
    find: where(
      ({ direction, kind, text }) => direction === "up" && kind !== "head" && text.includes('40{"'),
      anywhere,
    ),
    often: 1,
  },
  {
    name: "between CONNECT and its answer",
    ways: ALL,
    find: where(
      ({ direction, kind, text }) => direction === "down" && kind !== "head" && text.includes('40{"sid"'),
      before,
    ),
    often: 1,
  },
  {
    name: "in the replay of what was missed",
    ways: ALL,
    find: where(
      ({ direction, kind, text }) => direction === "down" && kind !== "head" && text.includes('"down"'),
      inside,
    ),
    often: 3,
    isOfReplay: true,
  },
  {
    name: "by silence",
    ways: ALL,
    find: anywhere,
    often: 10,
    silence: true,
  },
];
