import type { ClientTransport } from "../../src/engine/client-transport.ts";
import type { Handshake } from "../../src/engine/handshake.ts";
import type { TransportReceiver } from "../../src/engine/transport.ts";
import { RecorderTransport } from "./recorder-transport.ts";

/** A {@link RecorderTransport} of the side that dials; it also writes down what concerns the dialling. */
export class ClientRecorderTransport extends RecorderTransport implements ClientTransport {
  override writable = false;
  #paused: (() => void) | undefined;

  open(receiver: TransportReceiver): void {
    this.receiver = receiver;
    this.log.push("open");
  }

  opened(handshake: Handshake): void {
    this.log.push(`opened ${handshake.sid}`);
    this.writable = true;
  }

  pause(paused: () => void): void {
    this.log.push("pause");
    this.#paused = paused;
  }

  resume(): void {
    this.log.push("resume");
    this.#paused = undefined;
  }

  /** The request under way is over. */
  endPause(): void {
    this.#paused?.();
  }
}
