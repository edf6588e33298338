import { Buffer } from "node:buffer";
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { areProtocols } from "../../websocket/handshake.ts";
import type { MaskSource } from "../../websocket/mask.ts";
import { type Accept, type DialHooks, dial } from "../client/dial.ts";
import { dialTarget } from "../client/dial-target.ts";
import { clientDeflate } from "../process.ts";
import { withCode } from "./close-arguments.ts";
import type { ClientOptions } from "./options.ts";
import { perMessageDeflate } from "./per-message-deflate.ts";

/** What a client hears of its handshake, by the events of `ws`. */
export interface HandshakeListener {
  /** Sends the request. @param url where a redirect leads. */
  send(request: ClientRequest, url: string | undefined): void;
  upgrade(response: IncomingMessage): void;
  /** Whether somebody takes the answer over. */
  unexpectedResponse(request: ClientRequest, response: IncomingMessage): boolean;
}

/** Names of {@link ClientOptions} that are not for `http.request`, or mean something else there. */
const OWN = [
  ...["followRedirects", "maxRedirects", "handshakeTimeout", "finishRequest", "generateMask", "origin"],
  ...["perMessageDeflate", "maxPayload", "maxFragments", "maxBufferedChunks", "skipUTF8Validation"],
  ...["allowSynchronousEvents", "autoPong", "closeTimeout", "heartbeat", "maxQueued", "slowConsumer"],
  ...["maxControlFrames", "maxPendingAutoPongs"],
  ...["headers", "protocol", "protocolVersion", "host", "hostname", "port", "path", "method", "timeout"],
];

/** A client's handshake, with what `ws` says about its address and its options. */
export class ClientHandshake {
  /** The address as it is shown. */
  readonly url: string;
  readonly #address: URL;
  readonly #protocols: readonly string[];
  readonly #options: ClientOptions;

  /** @throws SyntaxError for an address or a subprotocol that is none, RangeError for a protocol version. */
  constructor(address: string | URL, protocols: readonly string[], options: ClientOptions) {
    if (!URL.canParse(String(address))) throw syntaxError(`Invalid URL: ${address}`);
    this.#address = new URL(address);
    this.url = shown(this.#address.href);
    if (this.#address.hash !== "") throw syntaxError("The URL contains a fragment identifier");
    try {
      dialTarget(this.#address);
    } catch (error) {
      if (error instanceof BaroError) throw syntaxError(error.message);
      throw error;
    }
    if (!areProtocols(protocols)) throw syntaxError("An invalid or duplicated subprotocol was specified");
    const { protocolVersion = 13 } = options;
    if (protocolVersion !== 13) {
      const message = `Unsupported protocol version: ${protocolVersion} (supported versions: 13)`;
      throw withCode(new RangeError(message), ERR_OPTION);
    }
    this.#protocols = protocols;
    this.#options = options;
  }

  /** Begins. @returns cancels. */
  start(listener: HandshakeListener, accept: Accept, fail: (error: Error) => void): () => void {
    const {
      origin,
      headers,
      followRedirects = false,
      maxRedirects = 10,
      handshakeTimeout = 0,
      perMessageDeflate: compression = true,
    } = this.#options;
    const request = Object.fromEntries(Object.entries(this.#options).filter(([name]) => !OWN.includes(name)));
    const hooks: DialHooks = {
      send: (outgoing, url) => listener.send(outgoing, url && shown(url)),
      upgraded: (response) => listener.upgrade(response),
      refused: (outgoing, response) => listener.unexpectedResponse(outgoing, response),
    };
    return dial(
      this.#address,
      {
        protocols: this.#protocols,
        headers: { ...(headers as OutgoingHttpHeaders), ...(origin === undefined ? {} : { Origin: origin }) },
        handshakeTimeout,
        maxRedirects: followRedirects ? maxRedirects : 0,
        request: request as RequestOptions,
        // Clients that ask for nothing else share one, and what it holds.
        deflate: compression === true ? clientDeflate() : perMessageDeflate(compression),
        hooks,
      },
      (socket, head, protocol, extensions) => {
        // The HTML standard asks for this of clients; RFC 6455 would let it pass.
        if (protocol === "" && this.#protocols.length > 0) {
          socket.destroy();
          fail(new Error("Server sent no subprotocol"));
        } else {
          accept(socket, head, protocol, extensions);
        }
      },
      fail,
    );
  }

  /** The source of masking keys, where the program has one of its own. */
  get masks(): MaskSource | undefined {
    const { generateMask } = this.#options;
    if (generateMask === undefined) return undefined;
    const mask = Buffer.alloc(4);
    return () => {
      generateMask(mask);
      return mask.readInt32LE();
    };
  }
}

/** A WebSocket's address says so, also where it was dialled by `http:`. */
function shown(url: string): string {
  return url.replace(/^http/, "ws");
}

function syntaxError(message: string): SyntaxError {
  return withCode(new SyntaxError(message), ERR_OPTION);
}
