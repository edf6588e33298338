/** Streams, and what they say: `[event, data, lastEventId]`, or a number for a `retry`. */
export interface Vector {
  readonly name: string;
  readonly stream: string | Uint8Array;
  readonly said: readonly (readonly [event: string, data: string, lastEventId: string] | number)[];
  /** The id to come back with; that of the last event where it is not given. */
  readonly lastEventId?: string;
}

const said = (data: string, event = "message", id = ""): readonly [string, string, string] => [
  event,
  data,
  id,
];

/** The grammar of the HTML standard, sections 9.2.5 and 9.2.6, with its own examples. */
export const VECTORS: readonly Vector[] = [
  { name: "nothing", stream: "", said: [] },
  { name: "one event", stream: "data: a\n\n", said: [said("a")] },
  {
    name: "data on several lines",
    stream: "data: YHOO\ndata: +2\ndata: 10\n\n",
    said: [said("YHOO\n+2\n10")],
  },
  { name: "lines that end in CR", stream: "data: a\rdata: b\r\r", said: [said("a\nb")] },
  { name: "lines that end in CRLF", stream: "data: a\r\ndata: b\r\n\r\n", said: [said("a\nb")] },
  { name: "line ends of all kinds", stream: "data: a\ndata: b\rdata: c\r\n\r", said: [said("a\nb\nc")] },
  { name: "CR LF CR: two lines", stream: "data: a\r\n\rdata: b\n\n", said: [said("a"), said("b")] },
  { name: "LF CR: two lines", stream: "data: a\n\rdata: b\n\n", said: [said("a"), said("b")] },
  { name: "an event that is cut off", stream: "data: a\n\ndata: b\n", said: [said("a")] },
  { name: "a byte order mark", stream: "\ufeffdata: a\n\n", said: [said("a")] },
  { name: "a second byte order mark belongs to the name", stream: "\ufeff\ufeffdata: a\n\n", said: [] },
  {
    name: "a byte order mark further on",
    stream: "data: \ufeffa\n\n\ufeffdata: b\n\n",
    said: [said("\ufeffa")],
  },
  { name: "comments", stream: ": x\n:\n:data: y\ndata: a\n: z\ndata: b\n\n:\n\n", said: [said("a\nb")] },
  { name: "a field without a colon", stream: "data\n\ndata\ndata\n\n", said: [said(""), said("\n")] },
  { name: "empty data", stream: "data:\n\ndata: \n\n", said: [said(""), said("")] },
  { name: "no data", stream: "event: a\n\nid: 1\n\n", said: [], lastEventId: "1" },
  { name: "a blank less", stream: "data:a\ndata: b\ndata:  c\n\n", said: [said("a\nb\n c")] },
  { name: "colons in the value", stream: "data: a:b: c\n\n", said: [said("a:b: c")] },
  {
    name: "an event's name",
    stream: "event: add\ndata: 1\n\ndata: 2\n\n",
    said: [said("1", "add"), said("2")],
  },
  { name: "the last of two names", stream: "event: a\nevent: b\ndata\n\n", said: [said("", "b")] },
  { name: "a name that is taken back", stream: "event: a\nevent\ndata\n\n", said: [said("")] },
  { name: "a name without data is forgotten", stream: "event: a\n\ndata: b\n\n", said: [said("b")] },
  { name: "names of fields are exact", stream: "Data: a\n data: b\ndata : c\nx: y\n\n", said: [] },
  {
    name: "ids last",
    stream: "data: a\nid: 1\n\ndata: b\n\nid\ndata: c\n\n",
    said: [said("a", "message", "1"), said("b", "message", "1"), said("c")],
  },
  { name: "an id with U+0000", stream: "id: 1\nid: 2\0\ndata: a\n\n", said: [said("a", "message", "1")] },
  {
    name: "an id of an event that is cut off",
    stream: "id: 1\ndata: a\n\nid: 2\n",
    said: [said("a", "message", "1")],
  },
  { name: "retry", stream: "retry: 100\nretry:0\nretry: 007\n", said: [100, 0, 7] },
  {
    name: "a retry that is no number",
    stream: "retry\nretry: \nretry: -1\nretry: 1.5\nretry: 1e3\nretry: 10 \nretry:  1\nretry: ١\n",
    said: [],
  },
  {
    name: "a retry beyond all measure",
    stream: `retry: ${"9".repeat(400)}\n`,
    said: [Number.POSITIVE_INFINITY],
  },
  {
    name: "characters of several bytes",
    stream: "event: 바로\ndata: é€😀\n\n",
    said: [said("é€😀", "바로")],
  },
  {
    name: "U+2028 and U+0085 end no line",
    stream: "data: a\u2028b\u0085c\n\n",
    said: [said("a\u2028b\u0085c")],
  },
  {
    name: "bytes that are no UTF-8",
    stream: Buffer.concat([Buffer.from("data: "), Buffer.of(0xff, 0xc3), Buffer.from("\n\n")]),
    said: [said("\ufffd\ufffd")],
  },
];
