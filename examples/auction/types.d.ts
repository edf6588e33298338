// What the server and the page agree on.

export interface Bid {
  /** Counts from 1 for each lot. */
  readonly number: number;
  readonly amount: number;
  /** Whoever bids, as everybody may know them. */
  readonly by: string;
  readonly name: string;
  readonly at: number;
}

export interface Lot {
  readonly id: number;
  readonly title: string;
  /** Who offers it; the house itself where there is no name. */
  readonly offeredBy: string | null;
  readonly start: number;
  readonly madeAt: number;
  /** From this moment on, no bid counts. */
  readonly endsAt: number;
  /** Whether the hammer has fallen: then the newest bid has won. */
  readonly closed: boolean;
  /** The newest first; only some are kept. */
  readonly bids: readonly Bid[];
}

/** What the page hears, by name. Times are the server's, in milliseconds. */
export interface AuctionEvents {
  /** Everything, for those who come. */
  lots: { readonly now: number; readonly lots: readonly Lot[] };
  /** A lot that is new, or that the hammer has fallen for. */
  lot: Lot;
  bid: { readonly lot: number; readonly bid: Bid };
  time: { readonly now: number };
}

export interface Refusal {
  readonly code: string;
  /** In the language of whoever asked. */
  readonly message: string;
}
