import type { Elsewhere } from "./attack.ts";

/** Attacks that are proved beside what they attack. */
export const ELSEWHERE: readonly Elsewhere[] = [
  { id: "H-12", file: "test/node/http/hook.test.ts", name: "H-12: waits no longer than it says" },
  {
    id: "H-13",
    file: "test/node/http/origin.test.ts",
    name: "H-13: is refused at every request, also at those with a sid",
  },
  {
    id: "H-16",
    file: "test/node/http/hook.test.ts",
    name: "H-16: counts what it throws, rejects or reports as a failure",
  },
  { id: "F-14", file: "test/websocket/properties.test.ts", name: "F-14 takes a frame of 10 MB byte by byte" },
  {
    id: "F-16",
    file: "test/websocket/deflate.test.ts",
    name: "F-16 is refused with 1009 when it is longer than the limit, exactly",
  },
  {
    id: "F-16",
    file: "test/websocket/deflate.test.ts",
    name: "F-16 is refused with 1007 when it is truncated or garbage",
  },
  { id: "F-16", file: "test/websocket/deflate-negotiation.test.ts", name: "F-16" },
  {
    id: "E-1",
    file: "test/plain/encoder.test.ts",
    name: "E-1: what cannot stand in a line is in an envelope",
  },
  { id: "E-2", file: "test/node/http/open/shapes.test.ts", name: "E-2: the header Last-Event-ID" },
  {
    id: "E-3",
    file: "test/node/http/open/sse.test.ts",
    name: "that its reader does not read ends at the limit of what may wait, E-3",
  },
  { id: "E-4", file: "test/node/http/open/shapes.test.ts", name: "E-4: two hundred streams of one user" },
  { id: "E-5", file: "test/node/http/open/sse.test.ts", name: "is refused to pages of other origins" },
  {
    id: "E-1",
    file: "test/node/sse/event-stream.test.ts",
    name: "E-1: refuses what would break out of a field",
  },
  {
    id: "E-2",
    file: "test/node/sse/event-stream.test.ts",
    name: "E-2: what a client says that it has heard",
  },
  { id: "E-3", file: "test/node/sse/event-stream.test.ts", name: "E-3: a reader that stops" },
  { id: "E-4", file: "test/node/sse/event-stream.test.ts", name: "E-4: two hundred streams of one user" },
  {
    id: "E-5",
    file: "test/node/sse/event-stream.test.ts",
    name: "E-5: a page of another origin is given nothing",
  },
  { id: "E-6", file: "test/web/event-source/event-source.test.ts", name: "a redirect, E-6" },
  { id: "E-6", file: "test/web/event-source/event-source.test.ts", name: "a hostile server, E-6" },
  {
    id: "R-8",
    file: "test/server/recovery/recovery.test.ts",
    name: "R-8: is there for a client that was idle for longer than anything is kept",
  },
  {
    id: "K-3",
    file: "test/client/manager.test.ts",
    name: "is never faster than the delay with a server that accepts and closes",
  },
  {
    id: "K-4",
    file: "conformance/rfc6455/deeds.ts",
    name: "TLS: a certificate that nobody vouches for fails",
  },
];
