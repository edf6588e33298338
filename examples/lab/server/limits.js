// Every bound of the lab in one place. Sizes are in bytes, times in milliseconds.

export const limits = Object.freeze({
  /** Visitors at once. Each has a server of its own, a process of about 60 MB. */
  visits: 24,
  /** Of one address: a class behind one router is many people, one script is not. */
  visitsPerAddress: 12,
  /** New visitors: how many at once, and how long one place takes to come back. Each starts a process. */
  opens: Object.freeze({ burst: 24, refillMs: 500 }),
  /** Without a touch, a key or a look at the page. */
  idleMs: 10 * 60_000,
  /** Heap of the demo's server, in MiB. */
  demoHeap: 48,
  /** Within which the demo's server has to listen. It takes half a second. */
  startMs: 20_000,
  /** How long the demo's server stays away when the visitor stops it. */
  stopMs: 5_000,
  /** Before a demo's server that ended by itself is started again, doubled each time. */
  restartMs: 1_000,
  restarts: 5,

  /** Connections to the demo's server at once, of one visitor. The page has up to eight. */
  wires: 24,
  /** New connections: how many at once, and how long one takes to grow back. The page needs about four a second. */
  connects: Object.freeze({ burst: 40, refillMs: 50 }),
  /** Of one request. An answer has 60. */
  bodyBytes: 4 * 1024,
  /** In a lane, on its way. Beyond it, the sender waits. */
  laneBytes: 64 * 1024,

  /** What passes a wire, each way. Frames of six bytes are work, too: it must not be endless. */
  fast: Object.freeze({ latency: 0, bytesPerSecond: 128 * 1024, burstMs: 500 }),
  /**
   * The slow network. Both ways together must stay under one second: that is how long Baro's servers on the same port
   * wait for others to answer an upgrade (`destroyUpgradeTimeout`).
   */
  slow: Object.freeze({ latency: 350, bytesPerSecond: 24 * 1024, burstMs: 0 }),

  /** How often the page hears what crossed the wire. */
  batchMs: 50,
  /** In one batch. What is beyond it is counted, but not drawn. */
  marks: 200,
});

/**
 * @template T
 * @typedef {T extends number ? number : { readonly [Name in keyof T]: Widened<T[Name]> }} Widened
 */
/** @typedef {Widened<typeof limits>} LabLimits */
