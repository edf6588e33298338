import type { BlobLike } from "../blob.ts";

/** What may have to wait for the bytes of blobs. */
export interface Held {
  /** Called once all blobs are read; `undefined` where none is to be read, or any more: then this may be sent. */
  waiting?: (() => void)[] | undefined;
  /** Whether it will never be sent, because a blob could not be read. */
  dropped?: boolean;
}

/**
 * Fills those attachments of `held` that are blobs, and holds it back until all of them are read. What cannot be read is
 * an unhandled rejection, too: it is the application's, and nobody else would hear of it.
 */
export function fillFromBlobs(
  held: Held,
  blobs: readonly { readonly blob: BlobLike; readonly target: Uint8Array }[],
): void {
  const waiting: (() => void)[] = [];
  let left = blobs.length;
  const done = (): void => {
    left -= 1;
    if (left > 0) return;
    held.waiting = undefined;
    for (const run of waiting) run();
  };
  for (const { blob, target } of blobs) {
    held.waiting = waiting;
    blob
      .arrayBuffer()
      .then((bytes) => target.set(new Uint8Array(bytes)))
      .then(done, (error) => {
        held.dropped = true;
        done();
        throw error;
      });
  }
}
