import type { Lookup } from "../../src/client/lookup.ts";

export interface Outcome {
  readonly transport: string;
  readonly text: string;
  readonly bytes: number[];
  readonly pushed: unknown[];
  readonly reason: string;
  readonly again: number[];
}

export const OUTCOME: Outcome[];
export function probe(io: Lookup, url: string): Promise<Outcome[]>;
