import type { News, SeenAddress } from "../../../types.d.ts";

/** The four of WebSocket, used for all. */
export type State = "CONNECTING" | "OPEN" | "CLOSING" | "CLOSED";

/** What a technique tells its panel. */
export interface Report {
  state(state: State): void;
  news(news: News): void;
  address(address: SeenAddress): void;
  /** What carries the messages now. */
  carrier(name: string): void;
}

/** Begins the exercise at `url`. What it gives ends it. */
export type Start = (url: string, report: Report) => { close(): void };
