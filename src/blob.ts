/** A `Blob` or a `File`, by its shape: nobody here names a class of the platform. Its bytes come later. */
export interface BlobLike {
  /** In bytes. */
  readonly size: number;
  arrayBuffer(): Later<ArrayBuffer>;
}

/** What comes later. */
interface Later<Value> {
  then<Next>(done: (value: Value) => Next, failed?: (error: unknown) => never): Later<Next>;
}

/** Whether `value` has the shape of a blob. */
export function isBlob(value: object): value is BlobLike {
  return typeof (value as BlobLike).arrayBuffer === "function" && "size" in value;
}
