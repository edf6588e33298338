// What the site, the page and the demo's server agree on.

export type Technique = "polling" | "sse" | "websocket" | "socketio" | "socketio-websocket";

export type MarkKind =
  | "request"
  | "response"
  /** One block of a stream of events. */
  | "event"
  /** A WebSocket frame with data. */
  | "message"
  /** Heartbeats, closing frames, and the packets by which Socket.IO opens, upgrades and waits. */
  | "control"
  /** Nobody was there to connect to. */
  | "refused"
  /** The connection was cut while it was open. */
  | "cut"
  /** The connection is over. */
  | "end";

/** Something that crossed the wire. Times are milliseconds by the site's clock. */
export interface Mark {
  readonly technique: Technique;
  readonly way: "up" | "down";
  readonly kind: MarkKind;
  /** Its beginning, as it stood on the wire. */
  readonly label: string;
  /** All of it: headers, frames and framing included. */
  readonly bytes: number;
  readonly left: number;
  readonly arrived: number;
  /** A request and all that came of it share a number. */
  readonly exchange: number;
}

export interface Totals {
  readonly up: number;
  readonly down: number;
  readonly requests: number;
}

/** What the visitor has switched on. */
export interface Network {
  readonly slow: boolean;
  readonly blocked: boolean;
  readonly proxied: boolean;
}

/** The demo's server. `until`: when it starts again, by the site's clock. */
export interface DemoState {
  readonly state: "starting" | "running" | "stopped";
  readonly until?: number;
}

export interface Batch {
  readonly marks: readonly Mark[];
  readonly totals: Readonly<Record<Technique, Totals>>;
}

export interface VisitCard {
  readonly id: string;
  readonly network: Network;
  readonly demo: DemoState;
}

/** From the site to the page. */
export interface ToPage {
  visit(card: VisitCard): void;
  wire(batch: Batch): void;
  demo(state: DemoState): void;
  /** Nobody has touched the page for long: everything of this visit is gone. */
  idle(): void;
}

/** From the page to the site. */
export interface ToSite {
  network(wish: Network, answer: (network: Network) => void): void;
  cut(): void;
  stop(): void;
  /** Somebody is at the page. */
  here(): void;
  clock(answer: (now: number) => void): void;
}

/** What the demo's server says every three seconds. */
export interface News {
  /** Which run of the server this is: it counts from one again when it is started anew. */
  readonly run: string;
  readonly n: number;
  readonly at: number;
  readonly text: string;
}

/** Where the client is, as the demo's server sees it. */
export interface SeenAddress {
  /** The other end of the TCP connection. */
  readonly socket: string;
  /** What `X-Forwarded-For` says, if it is there. */
  readonly forwarded: string | null;
  /** What the server believes, with `trustProxy: "loopback"`. */
  readonly client: string;
}
