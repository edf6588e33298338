import type { io as connect, Manager } from "baro/client";

/** What a story has at hand; either make of client, in Node or in a page. */
export interface Cast {
  readonly io: typeof connect;
  readonly Manager: typeof Manager;
  readonly url: string;
  /** Where nobody listens. */
  readonly nowhere: string;
  readonly transports: string[];
}

/**
 * What a program does with a client, put down as a list of what it met, to be held against the list of another client.
 * It runs in pages, too: it uses nothing from outside itself.
 */
export type Story = (cast: Cast) => Promise<unknown[]>;
