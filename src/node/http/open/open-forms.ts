import { Buffer } from "node:buffer";
import type { Outgoing } from "../../../engine/outgoing.ts";
import { encodeMessage, type PlainPacket, toPlainPacket, toStreamedEvent } from "../../../plain/encoder.ts";
import { encodeEvent } from "../../../sse/encoder.ts";
import { encodeMessage as encodeFrame, type Frames } from "../../../websocket/frame.ts";
import { base64 } from "../../base64.ts";

/** The forms of one packet for clients without a library. Each is made at most once, however many hear it. */
export class OpenForms {
  readonly packet: PlainPacket;
  readonly #position: string | undefined;
  #message: string | undefined = undefined;
  #frames: Frames | undefined = undefined;
  #block: Uint8Array | undefined = undefined;

  /** The forms of `outgoing`, which keeps them. */
  static of(outgoing: Outgoing): OpenForms {
    outgoing.open ??= new OpenForms(outgoing);
    return outgoing.open as OpenForms;
  }

  private constructor(outgoing: Outgoing) {
    this.#position = outgoing.position;
    this.packet = toPlainPacket(textOf(outgoing), outgoing.attachments, base64);
  }

  /** The message as text. */
  get message(): string {
    this.#message ??= encodeMessage(this.packet, this.#position);
    return this.#message;
  }

  /** The event in a stream of events. */
  get block(): Uint8Array {
    this.#block ??= Buffer.from(encodeEvent({ ...toStreamedEvent(this.packet), id: this.#position }));
    return this.#block;
  }

  /** The message in WebSocket frames. */
  get frames(): Frames {
    this.#frames ??= encodeFrame(this.message);
    return this.#frames;
  }
}

/** The packet without the position that stands behind its arguments for clients of Socket.IO: others have it elsewhere. */
function textOf({ data, isPositionLast }: Outgoing): string {
  if (typeof data !== "string") return "";
  // It is base64url, in quotes.
  return isPositionLast ? `${data.slice(0, data.lastIndexOf(","))}]` : data;
}
