import type { Binary } from "../binary.ts";
import { type BlobLike, isBlob } from "../blob.ts";
import { BaroError, ERR_DATA } from "../errors.ts";
import { type Packet, PacketType } from "./packet.ts";

/** A packet on the wire: a text, and the binary messages that follow it. */
export interface Encoded {
  readonly text: string;
  readonly attachments: readonly Binary[];
  /** Those of the attachments that are still empty: their bytes are to be read before anything is sent. */
  readonly blobs: readonly PendingBlob[];
}

/** An attachment that is to be filled with the bytes of a blob. */
export interface PendingBlob {
  readonly blob: BlobLike;
  readonly target: Uint8Array;
}

/**
 * Encodes a packet (Socket.IO protocol 5, "Packet encoding"). Buffers, typed arrays, data views and
 * ArrayBuffers anywhere in the data of an event or an acknowledgement become attachments: not copied, a view as
 * its bytes. A Blob or a File becomes one too; the caller reads it.
 *
 * @throws BaroError `BARO_DATA` when JSON cannot hold the data: a cycle, a BigInt, a nesting without end.
 */
export function encode({ type, nsp, id, data }: Packet): Encoded {
  const attachments: Binary[] = [];
  const blobs: PendingBlob[] = [];
  let hasLookalike = false;
  /** Puts a placeholder where a binary stands. */
  function replace(this: Record<string, unknown>, key: string, value: unknown): unknown {
    // A Buffer has a `toJSON`, whose result `value` is.
    const binary = toBinary(this[key], blobs) ?? toBinary(value, blobs);
    if (binary !== undefined) return { _placeholder: true, num: attachments.push(binary) - 1 };
    if (!isLookalike(value)) return value;
    hasLookalike = true;
    return { ...value, _placeholder: null };
  }
  try {
    const mayHoldBinary = type === PacketType.EVENT || type === PacketType.ACK;
    let json = JSON.stringify(data, mayHoldBinary ? replace : undefined);
    const { length } = attachments;
    // Only beside attachments does anybody look for placeholders.
    if (hasLookalike && length === 0) json = JSON.stringify(data);
    // A binary type is three above its plain one.
    const head = toHead(length > 0 ? type + 3 : type, nsp, id, length);
    return { text: head + (json ?? ""), attachments, blobs };
  } catch (cause) {
    throw toDataError(cause);
  }
}

/** What stands before the JSON of a packet. */
export function toHead(type: number, nsp: string, id: number | undefined, attachments = 0): string {
  return `${type}${attachments > 0 ? `${attachments}-` : ""}${nsp === "/" ? "" : `${nsp},`}${id ?? ""}`;
}

/** Says that data cannot be sent. */
export function toDataError(cause: unknown): BaroError {
  return new BaroError(ERR_DATA, `The data cannot be sent as JSON: ${String(cause)}`, { cause });
}

/**
 * The wire cannot tell an application's object that looks like a placeholder from a placeholder, and a receiver that
 * counts them would close. Whoever passes on what a stranger sent must not be made to send such a packet.
 */
function isLookalike(value: unknown): value is object {
  return (value as { _placeholder?: unknown } | null | undefined)?._placeholder === true;
}

function toBinary(value: unknown, blobs: PendingBlob[]): Binary | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (!isBlob(value)) return undefined;
  const target = new Uint8Array(value.size);
  blobs.push({ blob: value, target });
  return target;
}
