import type { Binary } from "../binary.ts";
import type { Outgoing } from "../engine/outgoing.ts";

/** An acknowledgement as it was encoded: to be sent again, under another id. */
export interface StoredAck {
  readonly data: string | Binary;
  readonly attachments: readonly Binary[];
}

/** How much of what was answered may be kept for repeats. */
export interface StoreLimits {
  readonly maxAcks: number;
  readonly maxBytes: number;
}

/** What an entry costs beside its text: its objects, and its place in the table. */
const OVERHEAD = 64;

/**
 * The acknowledgements that one producer got, by the numbers of its events: should it not have heard one, it gets it
 * again. Encoded, so that what the program changes afterwards does not change them. The oldest go first.
 */
export class StoredAcks {
  readonly #acks = new Map<number, StoredAck>();
  #bytes = 0;

  /** About how many bytes they hold. */
  get bytes(): number {
    return this.#bytes;
  }

  get(sequence: number): StoredAck | undefined {
    return this.#acks.get(sequence);
  }

  add(sequence: number, { data, attachments }: Outgoing, { maxAcks, maxBytes }: StoreLimits): void {
    const ack: StoredAck = {
      data: typeof data === "string" ? data : copyOf(data),
      attachments: attachments.length === 0 ? attachments : attachments.map(copyOf),
    };
    this.#acks.set(sequence, ack);
    this.#bytes += sizeOf(ack);
    while (this.#acks.size > maxAcks || this.#bytes > maxBytes) this.dropOldest();
  }

  /** Says whether there was one. */
  dropOldest(): boolean {
    for (const [sequence, ack] of this.#acks) {
      this.#bytes -= sizeOf(ack);
      return this.#acks.delete(sequence);
    }
    return false;
  }
}

// The program may write into its buffers again; and a view of a few bytes would keep the whole buffer under it.
function copyOf(data: Binary): Binary {
  return data instanceof ArrayBuffer ? data.slice(0) : new Uint8Array(data);
}

function sizeOf({ data, attachments }: StoredAck): number {
  let size = OVERHEAD + (typeof data === "string" ? data.length : data.byteLength);
  for (const attachment of attachments) size += attachment.byteLength;
  return size;
}
