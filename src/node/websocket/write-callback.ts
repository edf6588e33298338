/** Told when bytes have been written out, or why they never will be. */
export type WriteCallback = (error?: Error) => void;

/** A tick for each, so that one that throws takes none of the others with it. */
export function callBack(callbacks: readonly WriteCallback[], error: Error | undefined): void {
  for (const callback of callbacks) process.nextTick(callback, error);
}

/** All of `callbacks` as the one of a write. Not a closure of the flush itself: each flush would pay for it. */
export function toWritten(callbacks: readonly WriteCallback[]): (error?: Error | null) => void {
  return (error) => callBack(callbacks, error ?? undefined);
}

/** Why bytes were never written. */
export function closedBeforeWrite(): Error {
  return new Error("The connection was closed before the write.");
}
