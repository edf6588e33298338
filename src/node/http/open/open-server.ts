import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Publication } from "../../../plain/publication.ts";
import type { OpenClient, OpenLimits } from "../../../server/open-client.ts";
import { acceptHeaders, parseHandshake } from "../../../websocket/handshake.ts";
import { randomIds } from "../../random-ids.ts";
import { acceptUpgrade } from "../../websocket/upgrade.ts";
import { nameBelow } from "../engine-query.ts";
import type { Gate, Passage } from "../gate.ts";
import { appendHeaders } from "../header-lines.ts";
import { isAnswered } from "../middlewares.ts";
import { type Refusal, refuse, refuseUpgrade } from "../refusal.ts";
import { EventStream, type EventStreamOptions } from "./event-stream.ts";
import { OpenSession, type OpenTransport } from "./open-session.ts";
import { type OpenOptions, type OpenSettings, settleOpenOptions } from "./options.ts";
import { PlainTransport, type PlainTransportOptions, plainTransportOptions } from "./plain-transport.ts";
import { Publisher } from "./publisher.ts";
import { type OpenQuery, parseOpenQuery } from "./query.ts";
import { OpenRefusal, toRefusal, wrongMethod } from "./refusals.ts";
import { Streams } from "./streams.ts";

/** What clients without a library need of the server behind. */
export interface OpenHost {
  /** What each request passes first. */
  readonly gate: Gate;
  /** Bytes that may wait for a client to read. */
  readonly maxQueued: number;
  /** Sends to rooms; gives what the sender is told, or `undefined` where there is no such namespace. */
  publish(publication: Publication): object | undefined;
  /** Takes a session, and sets its handler. */
  receive(session: OpenSession, request: IncomingMessage, limits: OpenLimits): OpenClient;
}

/** What answers at one address. */
interface Route {
  readonly method: "GET" | "POST";
  /** Whether the application is asked by `allowRequest`. */
  readonly asks: boolean;
  readonly answer: (request: IncomingMessage, response: ServerResponse, query: OpenQuery) => void;
}

/**
 * Answers clients without a library, below the path of the engine: `plain` speaks the plain protocol over
 * WebSocket, `sse` streams events, `emit` takes what the client of a
 * stream has to say, and `publish` what programs with a key send to rooms.
 * What each of them says and hears is in docs/protocol.md.
 */
export class OpenServer {
  readonly #host: OpenHost;
  readonly #settings: OpenSettings;
  readonly #plainOptions: PlainTransportOptions;
  readonly #randomId = randomIds(15);
  readonly #streamOptions: EventStreamOptions;
  readonly #streams: Streams;
  /** None where nobody has a key. */
  readonly #publisher: Publisher | undefined;
  // No prototype: nothing that a request can name is there by itself.
  readonly #routes: Readonly<Record<string, Route>> = Object.assign(Object.create(null), {
    plain: {
      method: "GET",
      asks: false,
      answer: (_request, response) => refuse(response, OpenRefusal.UPGRADE),
    },
    sse: {
      method: "GET",
      asks: true,
      answer: (request, response, query) => this.#openStream(request, response, query),
    },
    emit: {
      method: "POST",
      asks: false,
      answer: (request, response, { parameters }) =>
        this.#streams.receivePost(parameters.get("id") ?? "", request, response),
    },
    publish: {
      method: "POST",
      asks: false,
      answer: (request, response) => {
        if (this.#publisher === undefined) refuse(response, OpenRefusal.ADDRESS);
        else this.#publisher.receive(request, response);
      },
    },
  } satisfies Record<string, Route>);
  #closed = false;

  /** @throws BaroError `BARO_OPTION` for an option with a value that makes no sense. */
  constructor(host: OpenHost, options: OpenOptions) {
    this.#host = host;
    this.#settings = settleOpenOptions(options);
    this.#plainOptions = plainTransportOptions(this.#settings, host.maxQueued);
    this.#streamOptions = { ...this.#settings, maxQueued: host.maxQueued };
    this.#streams = new Streams(this.#settings);
    const { publishKeys } = this.#settings;
    this.#publisher =
      publishKeys.length === 0
        ? undefined
        : new Publisher(this.#settings, publishKeys, (publication) => host.publish(publication));
  }

  /** Lets nobody in any more. */
  stop(): void {
    this.#closed = true;
  }

  /** Answers a request below `path`. False when it is for something else. */
  handleRequest(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const route = this.#routes[nameBelow(path, request.url)];
    if (route === undefined) return false;
    this.#host.gate.receiveRequest(request, response, (passage) => {
      if (request.method !== route.method) {
        refuse(response, wrongMethod(route.method));
        return;
      }
      this.#admit(request, passage, route.asks, (admission) => {
        if (isAnswered(response)) return;
        if ("status" in admission) refuse(response, admission);
        else route.answer(request, response, admission);
      });
    });
    return true;
  }

  /** Answers an upgrade below `path`. False when it is for something else. */
  handleUpgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const name = nameBelow(path, request.url);
    if (this.#routes[name] === undefined) return false;
    this.#host.gate.receiveUpgrade(request, socket, (passage, headers) => {
      this.#admit(request, passage, true, (admission) => {
        if ("status" in admission) refuseUpgrade(socket, admission);
        else if (name !== "plain") refuseUpgrade(socket, OpenRefusal.NO_UPGRADE);
        else this.#openPlain(request, socket, head, admission, headers);
      });
    });
    return true;
  }

  /** Says whether a request may ask for anything. */
  #admit(
    request: IncomingMessage,
    { outcome, rule }: Passage,
    asks: boolean,
    done: (admission: OpenQuery | Refusal) => void,
  ): void {
    const { gate } = this.#host;
    if (this.#closed) done(OpenRefusal.CLOSING);
    else if (outcome === "silent") done(OpenRefusal.SILENT);
    else if (outcome !== "passed" || !gate.allowsOrigin(request, rule)) done(OpenRefusal.FORBIDDEN);
    else {
      const query = parseOpenQuery(request.url ?? "", this.#settings.maxRooms);
      if ("status" in query) done(query);
      else if (!asks) done(query);
      else gate.askApplication(request, (refusal) => done(refusal ?? query));
    }
  }

  #openStream(request: IncomingMessage, response: ServerResponse, query: OpenQuery): void {
    const stream = new EventStream(response, this.#streamOptions);
    const secretOf = (id: string): string => this.#streams.secretOf(id);
    const { session, client } = this.#open(request, stream, query, secretOf, (refusal) => {
      if (isAnswered(response)) return;
      if (refusal !== undefined) {
        refuse(response, refusal);
        return;
      }
      stream.start(request);
      client.start();
    });
    this.#streams.add(session.id, stream);
    response.once("close", () => this.#streams.delete(session.id));
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
    const { client } = this.#open(request, transport, query, undefined, (refusal) => {
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
    query: OpenQuery,
    secretOf: ((id: string) => string) | undefined,
    done: (refusal: Refusal | undefined) => void,
  ): { readonly session: OpenSession; readonly client: OpenClient } {
    const session = new OpenSession(this.#randomId(), transport);
    const client = this.#host.receive(session, request, this.#settings);
    client.ask(query, (answer) => {
      if (answer.kind === "granted")
        session.welcome = { rooms: answer.rooms, secret: secretOf?.(session.id) };
      done(answer.kind === "granted" ? undefined : toRefusal(answer));
    });
    return { session, client };
  }
}
