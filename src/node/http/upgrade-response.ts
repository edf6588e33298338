import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * The response that middlewares see at an upgrade. One that answers it ends the upgrade; the headers that the
 * others leave in it belong to the 101.
 */
export class UpgradeResponse extends ServerResponse {
  readonly #socket: Duplex;

  constructor(request: IncomingMessage, socket: Duplex) {
    super(request);
    this.#socket = socket;
    this.shouldKeepAlive = false;
    // A TLS socket is one too.
    if (socket instanceof Socket) this.assignSocket(socket);
    this.once("finish", () => socket.end(() => socket.destroy()));
  }

  /** Lets go of the socket, and gives the headers that were set. */
  release(): OutgoingHttpHeaders {
    if (this.#socket instanceof Socket && this.socket !== null) this.detachSocket(this.#socket);
    return this.getHeaders();
  }
}
