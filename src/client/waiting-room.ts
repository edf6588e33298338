import { BaroError, ERR_FULL } from "../errors.ts";
import { encode } from "../socketio/encoder.ts";
import type { Packet } from "../socketio/packet.ts";
import type { SocketOptions } from "./options.ts";

/** Keeps within bounds what waits for the connection. */
export class WaitingRoom {
  readonly #options: SocketOptions;
  #bytes = 0;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /**
   * Makes sure that there is room for `packet`. Programs may take out what they like: their bytes are counted until
   * nothing waits.
   *
   * @param count how many wait.
   * @throws BaroError `BARO_FULL` where the packet does not fit; `BARO_DATA` for what cannot be sent: now, at whoever
   *   emits it.
   */
  take(packet: Packet, count: number): void {
    const { maxBuffered = Number.POSITIVE_INFINITY, maxBufferedBytes = Number.POSITIVE_INFINITY } =
      this.#options;
    const { text, attachments } = encode(packet);
    const size = attachments.reduce((sum, { byteLength }) => sum + byteLength, text.length);
    const bytes = count === 0 ? size : this.#bytes + size;
    if (count >= maxBuffered || bytes > maxBufferedBytes) {
      throw new BaroError(ERR_FULL, "Too much waits for the connection.");
    }
    this.#bytes = bytes;
  }
}
