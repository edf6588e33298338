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
export function encode(packet: Packet): Encoded {
  let type: PacketType = packet.type;
  const attachments: Binary[] = [];
  const blobs: PendingBlob[] = [];
  let json: string | undefined;
  try {
    if (type === PacketType.EVENT || type === PacketType.ACK) {
      json = extract(packet.data, attachments, blobs);
      if (attachments.length > 0) {
        type = type === PacketType.EVENT ? PacketType.BINARY_EVENT : PacketType.BINARY_ACK;
      }
    } else {
      json = JSON.stringify(packet.data);
    }
  } catch (cause) {
    throw toDataError(cause);
  }
  const head = toHead(type, packet.namespace, packet.id, attachments.length);
  return { text: head + (json ?? ""), attachments, blobs };
}

/** What stands before the JSON of a packet. */
export function toHead(type: PacketType, namespace: string, id: number | undefined, attachments = 0): string {
  let head = String(type);
  if (attachments > 0) head += `${attachments}-`;
  if (namespace !== "/") head += `${namespace},`;
  if (id !== undefined) head += id;
  return head;
}

/** Says that data cannot be sent. */
export function toDataError(cause: unknown): BaroError {
  return new BaroError(ERR_DATA, `The data cannot be sent as JSON: ${String(cause)}`, { cause });
}

/** Writes `data` with a placeholder for each binary that it puts into the lists. */
function extract(data: unknown, attachments: Binary[], blobs: PendingBlob[]): string {
  let hasLookalike = false;
  const json = JSON.stringify(data, function (this: Record<string, unknown>, key: string, value: unknown) {
    // A Buffer has a `toJSON`, whose result `value` is.
    const binary = toBinary(this[key], blobs) ?? toBinary(value, blobs);
    if (binary !== undefined) return { _placeholder: true, num: attachments.push(binary) - 1 };
    if (!isLookalike(value)) return value;
    hasLookalike = true;
    return { ...value, _placeholder: null };
  });
  // Only beside attachments does anybody look for placeholders.
  return hasLookalike && attachments.length === 0 ? JSON.stringify(data) : json;
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
