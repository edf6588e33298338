import { type BlobLike, readBlob } from "../blob.ts";
import type { Outgoing } from "./outgoing.ts";

/** Fills those attachments of `outgoing` that are blobs, and holds it back until all of them are read. */
export function fillFromBlobs(
  outgoing: Outgoing,
  blobs: readonly { readonly blob: BlobLike; readonly target: Uint8Array }[],
): void {
  for (const { blob, target } of blobs) {
    outgoing.hold();
    readBlob(blob, target, (success) => outgoing.release(success));
  }
}
