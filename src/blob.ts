/** A `Blob` or a `File`, by its shape: nobody here names a class of the platform. Its bytes come later. */
export interface BlobLike {
  /** In bytes. */
  readonly size: number;
  arrayBuffer(): Later;
}

/** What comes later. */
interface Later {
  then(done: (bytes: ArrayBuffer) => void, failed: (error: unknown) => void): unknown;
}

/** Whether `value` has the shape of a blob. */
export function isBlob(value: object): value is BlobLike {
  return typeof (value as BlobLike).arrayBuffer === "function" && "size" in value;
}

/**
 * Reads `blob` into `target`, which has its size, and calls `done` once. What fails is also an unhandled rejection: it
 * is the application's, and nobody else would hear of it.
 */
export function readBlob(blob: BlobLike, target: Uint8Array, done: (success: boolean) => void): void {
  blob.arrayBuffer().then(
    (bytes) => {
      const fits = bytes.byteLength === target.length;
      if (fits) target.set(new Uint8Array(bytes));
      done(fits);
    },
    (error) => {
      done(false);
      throw error;
    },
  );
}
