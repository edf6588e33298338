import { Emitter } from "../emitter.ts";
import type { Session } from "../engine/session.ts";
import type { IncomingMessage } from "./request.ts";

/** What the connection under a socket tells. */
export interface EngineSocketEvents {
  /** The connection moved to a better transport. */
  upgrade: (transport: { readonly name: string }) => void;
  /** The connection is over. */
  close: (reason: string, description?: unknown) => void;
}

/** The connection under the sockets of one client: `socket.conn`. */
export class EngineSocket extends Emitter<EngineSocketEvents> {
  /** The first request of the client. */
  readonly request: IncomingMessage;
  /** The address of the client, or of the proxy before it. */
  readonly remoteAddress: string;
  /** The revision of Engine.IO. */
  readonly protocol = 4;
  readonly #session: Session;

  /** @internal */
  constructor(session: Session, request: IncomingMessage, remoteAddress: string) {
    super();
    this.#session = session;
    this.request = request;
    this.remoteAddress = remoteAddress;
  }

  /** The id of the session, which is not the id of any socket. */
  get id(): string {
    return this.#session.id;
  }

  /** The transport as of now. */
  get transport(): { readonly name: string } {
    return { name: this.#session.transportName };
  }

  get readyState(): "open" | "closed" {
    return this.#session.closed ? "closed" : "open";
  }

  /** Ends the connection: its sockets disconnect with the reason "forced close". */
  close(): void {
    this.#session.close();
  }

  /** @internal Called by the client. */
  upgraded(): void {
    this.dispatch("upgrade", [this.transport]);
  }

  /** @internal Called by the client. */
  closed(reason: string, description: unknown): void {
    this.dispatch("close", [reason, description]);
  }
}
