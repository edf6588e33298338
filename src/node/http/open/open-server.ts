import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { OpenClient, OpenLimits, Wish } from "../../../server/open-client.ts";
import { acceptHeaders, parseHandshake } from "../../../websocket/handshake.ts";
import { randomIds } from "../../random-ids.ts";
import { acceptUpgrade } from "../../websocket/upgrade.ts";
import { nameBelow } from "../engine-query.ts";
import type { Gate, Passage } from "../gate.ts";
import { appendHeaders } from "../header-lines.ts";
import { type Refusal, refuse, refuseUpgrade } from "../refusal.ts";
import { OpenSession, type OpenTransport } from "./open-session.ts";
import { type OpenOptions, type OpenSettings, settleOpenOptions } from "./options.ts";
import { PlainTransport, type PlainTransportOptions, plainTransportOptions } from "./plain-transport.ts";
import { type OpenQuery, parseOpenQuery } from "./query.ts";
import { OpenRefusal, toRefusal } from "./refusals.ts";

/** What clients without a library need of the server behind. */
export interface OpenHost {
  /** What each request passes first. */
  readonly gate: Gate;
  /** Bytes that may wait for a client to read. */
  readonly maxQueued: number;
  /** Takes a session, and sets its handler. */
  receive(session: OpenSession, request: IncomingMessage, limits: OpenLimits): OpenClient;
}

/**
 * Answers clients without a library, below the path of the engine: `plain` speaks the plain protocol over WebSocket.
 * What each of them says and hears is in docs/protocol.md.
 */
export class OpenServer {
  readonly #host: OpenHost;
  readonly #settings: OpenSettings;
  readonly #plainOptions: PlainTransportOptions;
  readonly #randomId = randomIds(15);
  #closed = false;

  /** @throws BaroError `BARO_OPTION` for an option with a value that makes no sense. */
  constructor(host: OpenHost, options: OpenOptions) {
    this.#host = host;
    this.#settings = settleOpenOptions(options);
    this.#plainOptions = plainTransportOptions(this.#settings, host.maxQueued);
  }

  /** Lets nobody in any more. */
  stop(): void {
    this.#closed = true;
  }

  /** Answers a request below `path`. False when it is for something else. */
  handleRequest(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const name = nameBelow(path, request.url);
    if (name !== "plain") return false;
    this.#host.gate.receiveRequest(request, response, () => refuse(response, OpenRefusal.UPGRADE));
    return true;
  }

  /** Answers an upgrade below `path`. False when it is for something else. */
  handleUpgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (nameBelow(path, request.url) !== "plain") return false;
    this.#host.gate.receiveUpgrade(request, socket, (passage, headers) => {
      this.#admit(request, passage, (admission) => {
        if ("status" in admission) refuseUpgrade(socket, admission);
        else this.#openPlain(request, socket, head, admission, headers);
      });
    });
    return true;
  }

  /** Says whether a request may ask for anything. */
  #admit(
    request: IncomingMessage,
    { outcome, rule }: Passage,
    done: (admission: OpenQuery | Refusal) => void,
  ): void {
    const { gate } = this.#host;
    if (this.#closed) done(OpenRefusal.CLOSING);
    else if (outcome === "silent") done(OpenRefusal.SILENT);
    else if (outcome !== "passed" || !gate.allowsOrigin(request, rule)) done(OpenRefusal.FORBIDDEN);
    else {
      const query = parseOpenQuery(request.url ?? "", this.#settings.maxRooms);
      if ("status" in query) done(query);
      else gate.askApplication(request, (refusal) => done(refusal ?? query));
    }
  }

  #openPlain(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    query: OpenQuery,
    headers: OutgoingHttpHeaders,
  ): void {
    const handshake = parseHandshake(request);
    if ("status" in handshake) {
      refuseUpgrade(socket, { ...handshake, code: "handshake" });
      return;
    }
    const transport = new PlainTransport(socket, this.#plainOptions);
    const client = this.#open(request, transport, query, (refusal) => {
      if (refusal !== undefined) {
        refuseUpgrade(socket, refusal);
        return;
      }
      const agreed = acceptHeaders(handshake.key, handshake.protocols[0], undefined);
      if (acceptUpgrade(socket, agreed, (lines) => appendHeaders(lines, headers), transport)) {
        client.start();
        transport.start(head);
      } else {
        client.close("transport close");
      }
    });
  }

  /** Asks the application about a client, and tells the answer: nothing is against it, or a refusal. */
  #open(
    request: IncomingMessage,
    transport: OpenTransport,
    wish: Wish,
    done: (refusal: Refusal | undefined) => void,
  ): OpenClient {
    const session = new OpenSession(this.#randomId(), transport);
    const client = this.#host.receive(session, request, this.#settings);
    client.ask(wish, (answer) => {
      if (answer.kind === "granted") session.rooms = answer.rooms;
      done(answer.kind === "granted" ? undefined : toRefusal(answer));
    });
    return client;
  }
}
