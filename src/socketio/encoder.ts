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

const NONE: readonly Binary[] = [];
const NO_BLOBS: readonly PendingBlob[] = [];

// Deeper data is a cycle, or as good as one: the walk must end before the stack does. Four times what a decoder
// accepts, so that an application that passes on what a peer sent never meets it.
const MAX_DEPTH = 1_024;

/**
 * Encodes a packet (Socket.IO protocol 5, "Packet encoding"). Buffers, typed arrays, data views and
 * ArrayBuffers anywhere in the data of an event or an acknowledgement become attachments: not copied, a view as
 * its bytes. A Blob or a File becomes one too; the caller reads it.
 *
 * @param toJson another way to write JSON, with the results of `JSON.stringify`.
 * @throws BaroError `BARO_DATA` when JSON cannot hold the data: a cycle, a BigInt, a nesting of over 1,024.
 */
export function encode(packet: Packet, toJson: (data: unknown) => string = JSON.stringify): Encoded {
  let type: PacketType = packet.type;
  let data: unknown = packet.data;
  let attachments = NONE;
  let blobs = NO_BLOBS;
  if (type === PacketType.EVENT || type === PacketType.ACK) {
    // Most packets have no binary data: they are written straight from the caller's objects, without a copy.
    if (hasBinary(data, 0)) {
      const found: Found = { attachments: [], blobs: [] };
      data = extract(data, found, 0);
      ({ attachments, blobs } = found);
      type = type === PacketType.EVENT ? PacketType.BINARY_EVENT : PacketType.BINARY_ACK;
    }
  }
  let text = String(type);
  if (attachments.length > 0) text += `${attachments.length}-`;
  if (packet.namespace !== "/") text += `${packet.namespace},`;
  if (packet.id !== undefined) text += packet.id;
  if (data !== undefined) text += stringify(data, toJson);
  return { text, attachments, blobs };
}

function stringify(data: unknown, toJson: (data: unknown) => string): string {
  try {
    return toJson(data);
  } catch (cause) {
    throw new BaroError(ERR_DATA, `The data cannot be sent as JSON: ${String(cause)}`, { cause });
  }
}

function hasBinary(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value) || isBlob(value)) return true;
  checkDepth(depth);
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === "object" && item !== null && hasBinary(item, depth + 1)) return true;
    }
    return false;
  }
  if (hasToJson(value)) return hasBinary(value.toJSON(), depth + 1);
  for (const key in value) {
    if (Object.hasOwn(value, key) && hasBinary((value as Record<string, unknown>)[key], depth + 1))
      return true;
  }
  return false;
}

/** What a walk has found. */
interface Found {
  readonly attachments: Binary[];
  readonly blobs: PendingBlob[];
}

/** Copies `value` as JSON would see it, with a placeholder for each binary that it puts into `found`. */
function extract(value: unknown, found: Found, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  const binary = toBinary(value, found.blobs);
  if (binary !== undefined) {
    return { _placeholder: true, num: found.attachments.push(binary) - 1 };
  }
  checkDepth(depth);
  if (Array.isArray(value)) return value.map((item) => extract(item, found, depth + 1));
  if (hasToJson(value)) return extract(value.toJSON(), found, depth + 1);
  // No prototype: a key named "__proto__" is a key like any other.
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    copy[key] = extract((value as Record<string, unknown>)[key], found, depth + 1);
  }
  // The wire cannot tell an application's object that looks like a placeholder from a placeholder, and a receiver
  // that counts them would close. Whoever passes on what a stranger sent must not be made to send such a packet.
  if (copy._placeholder === true) copy._placeholder = null;
  return copy;
}

function toBinary(value: object, blobs: PendingBlob[]): Binary | undefined {
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (!isBlob(value)) return undefined;
  const target = new Uint8Array(value.size);
  blobs.push({ blob: value, target });
  return target;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return "toJSON" in value && typeof value.toJSON === "function";
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) {
    throw new BaroError(ERR_DATA, `The data is cyclic, or nested more than ${MAX_DEPTH} levels deep.`);
  }
}
