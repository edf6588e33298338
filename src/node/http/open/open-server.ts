import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Backlogs } from "../../../engine/backlog.ts";
import type { Publication } from "../../../plain/publication.ts";
import type { OpenClient, OpenLimits } from "../../../server/open-client.ts";
import { encodeAccept, parseHandshake } from "../../../websocket/handshake.ts";
import { randomIds } from "../../random-ids.ts";
import { acceptUpgrade } from "../../websocket/upgrade.ts";
import { FULL } from "../connect-limits.ts";
import type { Gate, Passage } from "../gate.ts";
import { changeBy } from "../header-lines.ts";
import { isAnswered } from "../middlewares.ts";
import { fieldOf, toHandshakeRequest } from "../raw-fields.ts";
import { type Refusal, refuse, refuseUpgrade } from "../refusal.ts";
import { EventStream, type EventStreamOptions } from "./event-stream.ts";
import { OpenSession, type OpenTransport } from "./open-session.ts";
import { type OpenOptions, type OpenSettings, settleOpenOptions } from "./options.ts";
import { PlainTransport, type PlainTransportOptions, plainTransportOptions } from "./plain-transport.ts";
import { PollTransport } from "./poll-transport.ts";
import { Polls } from "./polls.ts";
import { Publisher } from "./publisher.ts";
import { type OpenQuery, parseOpenQuery } from "./query.ts";
import { OpenRefusal, tooBusy, toRefusal, wrongMethod } from "./refusals.ts";
import { Streams } from "./streams.ts";

/** What clients without a library need of the server behind. */
export interface OpenHost {
  /** What each request passes first. */
  readonly gate: Gate;
  /** Bytes that may wait for a client to read. */
  readonly maxQueued: number;
  /** Watches over what waits for them. */
  readonly backlogs: Backlogs;
  /** Sends to rooms; gives what the sender is told, or `undefined` where there is no such namespace. */
  publish(publication: Publication): object | undefined;
  /** Takes a session, and sets its handler. */
  receive(session: OpenSession, request: IncomingMessage, limits: OpenLimits): OpenClient;
}

/** A client of which the application has said what it may. */
interface Admitted {
  readonly client: OpenClient;
  /** Why it may not; absent where nothing is against it. */
  readonly refusal: Refusal | undefined;
  /** The rooms that it was granted. */
  readonly rooms: readonly string[];
}

/** Events that a poll is given that does not say where it begins. */
const NEWEST = 100;

/** What answers at one address. */
interface Route {
  readonly method: "GET" | "POST";
  /** Whether the application is asked by `allowRequest`. */
  readonly asks: boolean;
  readonly answer: (request: IncomingMessage, response: ServerResponse, query: OpenQuery) => void;
}

/**
 * Answers clients without a library, below the path of the engine: `plain` speaks the plain protocol over WebSocket,
 * `sse` streams events, `emit` takes what the client of a stream has to say, `poll` answers with what rooms were told,
 * and `publish` takes what programs with a key send to rooms. What each says and hears is in docs/protocol.md.
 */
export class OpenServer {
  readonly #host: OpenHost;
  readonly #settings: OpenSettings;
  readonly #plainOptions: PlainTransportOptions;
  readonly #randomId = randomIds(15);
  readonly #streamOptions: EventStreamOptions;
  readonly #streams: Streams;
  readonly #polls = new Polls();
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
    poll: {
      method: "GET",
      asks: true,
      answer: (request, response, query) => this.#poll(request, response, query),
    },
    emit: {
      method: "POST",
      asks: false,
      answer: (request, response, { id }) => this.#streams.receivePost(id, request, response),
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
  #closing: Refusal = OpenRefusal.CLOSING;

  /** @throws BaroError `BARO_OPTION` for an option with a value that makes no sense. */
  constructor(host: OpenHost, options: OpenOptions) {
    this.#host = host;
    this.#settings = settleOpenOptions(options);
    const traffic = host.gate.diagnostics.counters;
    this.#plainOptions = plainTransportOptions(this.#settings, host.maxQueued, traffic, host.backlogs);
    this.#streams = new Streams(this.#settings);
    this.#streamOptions = {
      ...this.#settings,
      maxQueued: host.maxQueued,
      traffic,
      backlogs: host.backlogs,
      ended: (stream) => this.#streams.delete(stream),
    };
    const { publishKeys } = this.#settings;
    this.#publisher =
      publishKeys.length === 0
        ? undefined
        : new Publisher(this.#settings, publishKeys, (publication) => host.publish(publication));
  }

  /**
   * Lets nobody in any more.
   * @param retryAfter seconds after which those who are turned away may ask again.
   */
  stop(retryAfter?: number): void {
    this.#closed = true;
    if (retryAfter !== undefined) {
      this.#closing = { ...OpenRefusal.CLOSING, headers: { "Retry-After": String(Math.ceil(retryAfter)) } };
    }
    this.#polls.stop();
  }

  /** Answers a request by its name below the path. False when it is for something else. */
  handleRequest(name: string, request: IncomingMessage, response: ServerResponse): boolean {
    const route = this.#routes[name];
    if (route === undefined) return false;
    this.#host.gate.receiveRequest(request, response, (passage) => {
      if (request.method !== route.method) {
        refuse(response, wrongMethod(route.method));
        return;
      }
      this.#admit(request, passage, route.asks, (admission) => {
        if (isAnswered(response)) return;
        if ("status" in admission) this.#refuse(request, response, admission);
        else if (route.asks && !this.#enter(request, response))
          this.#refuse(request, response, tooBusy(FULL));
        else route.answer(request, response, admission);
      });
    });
    return true;
  }

  /** The same for an upgrade. */
  handleUpgrade(name: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    if (this.#routes[name] === undefined) return false;
    this.#host.gate.receiveUpgrade(request, socket, (passage, headers) => {
      this.#admit(request, passage, true, (admission) => {
        if ("status" in admission) this.#refuseUpgrade(request, socket, admission);
        else if (name !== "plain") this.#refuseUpgrade(request, socket, OpenRefusal.NO_UPGRADE);
        else if (!this.#enter(request, socket)) this.#refuseUpgrade(request, socket, tooBusy(FULL));
        else this.#openPlain(request, socket, head, admission, headers);
      });
    });
    return true;
  }

  /** Counts a connection until `carrier` is closed. False when there is no room for it. */
  #enter(request: IncomingMessage, carrier: Duplex | ServerResponse): boolean {
    const { gate } = this.#host;
    if (!gate.hasRoom(request)) return false;
    const leave = gate.enter(request);
    if (leave !== undefined) carrier.once("close", leave);
    return true;
  }

  #refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
    this.#host.gate.report(request, refusal);
    refuse(response, refusal);
  }

  #refuseUpgrade(request: IncomingMessage, socket: Duplex, refusal: Refusal): void {
    this.#host.gate.report(request, refusal);
    refuseUpgrade(socket, refusal);
  }

  /** Says whether a request may ask for anything. */
  #admit(
    request: IncomingMessage,
    { outcome, rule }: Passage,
    asks: boolean,
    done: (admission: OpenQuery | Refusal) => void,
  ): void {
    const { gate } = this.#host;
    if (this.#closed) done(this.#closing);
    else if (outcome === "silent") done(OpenRefusal.SILENT);
    else if (outcome !== "passed" || !gate.allowsOrigin(request, rule)) done(OpenRefusal.FORBIDDEN);
    else {
      const query = parseOpenQuery(
        request.url ?? "",
        fieldOf(request, "last-event-id"),
        this.#settings.maxRooms,
      );
      const wait = "status" in query || !asks ? 0 : gate.attempt(request);
      if ("status" in query || !asks) done(query);
      else if (wait > 0) done(tooBusy(wait));
      else gate.askApplication(request, (refusal) => done(refusal ?? query));
    }
  }

  #openStream(request: IncomingMessage, response: ServerResponse, query: OpenQuery): void {
    const stream = new EventStream(response, this.#streamOptions);
    const secretOf = (id: string): string => this.#streams.secretOf(id);
    stream.id = this.#open(request, stream, query, secretOf, ({ client, refusal }) => {
      if (isAnswered(response)) return;
      if (refusal !== undefined) {
        this.#refuse(request, response, refusal);
        return;
      }
      stream.start(request);
      client.start(query.from);
    });
    this.#streams.add(stream);
  }

  /** A poll is asked about as a client that connects, and never does. */
  #poll(request: IncomingMessage, response: ServerResponse, query: OpenQuery): void {
    if (query.rooms.length === 0) {
      this.#refuse(request, response, OpenRefusal.NO_ROOMS);
      return;
    }
    const transport = new PollTransport(response);
    this.#open(request, transport, query, undefined, ({ client, refusal, rooms }) => {
      const { past } = client;
      // Its namespace alone is needed from here on.
      client.close("forced close");
      if (isAnswered(response)) return;
      if (refusal !== undefined) this.#refuse(request, response, refusal);
      else if (past === undefined || !rooms.some((room) => past.keeps(room))) {
        this.#refuse(request, response, OpenRefusal.HISTORY);
      } else {
        const from = query.from ?? { last: NEWEST };
        this.#polls.receive({ past, rooms, from, wait: query.wait }, request, response);
      }
    });
  }

  #openPlain(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    query: OpenQuery,
    headers: OutgoingHttpHeaders,
  ): void {
    const handshake = parseHandshake(toHandshakeRequest(request));
    if ("status" in handshake) {
      this.#refuseUpgrade(request, socket, { ...handshake, code: "handshake" });
      return;
    }
    const transport = new PlainTransport(socket, this.#plainOptions);
    this.#open(request, transport, query, undefined, ({ client, refusal }) => {
      if (refusal !== undefined) {
        this.#refuseUpgrade(request, socket, refusal);
        return;
      }
      const agreed = encodeAccept(handshake.key, handshake.protocols[0], undefined);
      if (acceptUpgrade(socket, agreed, changeBy(headers), transport)) {
        client.start(query.from);
        transport.start(head);
      } else {
        client.close("transport close");
      }
    });
  }

  /**
   * Asks the application about a client.
   * @param done told the answer, maybe at once.
   * @returns the id of its session.
   */
  #open(
    request: IncomingMessage,
    transport: OpenTransport,
    query: OpenQuery,
    secretOf: ((id: string) => string) | undefined,
    done: (admitted: Admitted) => void,
  ): string {
    const id = this.#randomId();
    const session = new OpenSession(id, transport, secretOf?.(id));
    const client = this.#host.receive(session, request, this.#settings);
    client.ask(query, (answer) => {
      const isGranted = answer.kind === "granted";
      done({
        client,
        refusal: isGranted ? undefined : toRefusal(answer),
        rooms: isGranted ? answer.rooms : [],
      });
    });
    return id;
  }
}
