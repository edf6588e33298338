import { EventEmitter } from "node:events";
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Backlogs } from "../../engine/backlog.ts";
import { Outgoing } from "../../engine/outgoing.ts";
import { PacketType } from "../../engine/packet.ts";
import { ServerSession, type ServerSessionOptions } from "../../engine/server-session.ts";
import type { ServerTransport } from "../../engine/transport.ts";
import { encodeAccept, parseHandshake } from "../../websocket/handshake.ts";
import type { PerMessageDeflate } from "../../websocket/permessage-deflate.ts";
import { diagnosticsOfServer } from "../diagnostics.ts";
import { clock, outgoing, ticker } from "../process.ts";
import { randomIds } from "../random-ids.ts";
import { toReadingRates } from "../reading.ts";
import { SlowReaders } from "../slow-readers.ts";
import { EngineTransport, engineShellOptions } from "../websocket/engine-transport.ts";
import type { ShellOptions } from "../websocket/shell-options.ts";
import { acceptUpgrade } from "../websocket/upgrade.ts";
import { type Admission, checkRequest } from "./admission.ts";
import { attach, type Beside } from "./attach.ts";
import { FULL } from "./connect-limits.ts";
import { toDeflate } from "./engine-deflate.ts";
import {
  type AttachOptions,
  type EngineOptions,
  type EngineSettings,
  settleOptions,
} from "./engine-options.ts";
import { asksForMore, parseEngineQuery, rememberLast } from "./engine-query.ts";
import type { EngineServerEvents } from "./engine-server-events.ts";
import { Gate, type Passage } from "./gate.ts";
import { changeBy } from "./header-lines.ts";
import { askHook } from "./hook.ts";
import { HttpCompression } from "./http-compression.ts";
import { type HttpMiddleware, isAnswered } from "./middlewares.ts";
import type { SettledOriginRule } from "./origin.ts";
import { endWithAnswer, type PollingSettings, PollingTransport } from "./polling-transport.ts";
import { fieldOf, toHandshakeRequest } from "./raw-fields.ts";
import {
  BAD_REQUEST,
  type Refusal,
  refuse,
  refuseUpgrade,
  tooMany,
  UNAVAILABLE,
  unavailableFor,
} from "./refusal.ts";
import { describeRequest } from "./request-fields.ts";
import { cookieOf } from "./session-cookie.ts";
import { type Entry, type HttpTransport, SessionTable } from "./session-table.ts";
import { StreamTransport, type StreamTransportSettings } from "./stream-transport.ts";

/** Takes each new session. It sets `session.handler` before it returns, and describes the request for who is to see it. */
export type OnSession = (session: ServerSession, request: IncomingMessage) => void;

/**
 * The Engine.IO 4 server: answers the requests and upgrades of one path, keeps the sessions, and hands each new
 * one to `onSession`. What a client may send and get is in the Engine.IO 4 specification, "HTTP requests".
 */
export class EngineServer<Connection = unknown> extends EventEmitter<EngineServerEvents<Connection>> {
  readonly #settings: EngineSettings;
  readonly #sessionOptions: ServerSessionOptions;
  readonly #http: PollingSettings & StreamTransportSettings;
  readonly #shellOptions: ShellOptions;
  readonly #randomSid = randomIds(16);
  readonly #deflate: PerMessageDeflate | undefined;
  readonly #cookie: ((sid: string) => string) | undefined;
  readonly #onSession: OnSession;
  readonly #gate: Gate;
  readonly #parseQuery = rememberLast(parseEngineQuery);
  readonly #backlogs: SlowReaders;
  readonly #sessions = new SessionTable();
  #closed = false;
  /** What a server that is closed says. */
  #unavailable = UNAVAILABLE;

  /**
   * @param diagnostics those of the server that this is a part of.
   * @throws BaroError `BARO_OPTION` for an option with a value that makes no sense.
   */
  constructor(options: EngineOptions, onSession: OnSession, diagnostics = diagnosticsOfServer()) {
    super();
    this.#settings = settleOptions(options);
    this.#gate = new Gate(this.#settings, diagnostics);
    const { maxHttpBufferSize, maxQueued, httpCompression, perMessageDeflate, cookie } = this.#settings;
    this.#shellOptions = engineShellOptions(maxHttpBufferSize, maxQueued, diagnostics.counters);
    this.#backlogs = new SlowReaders(this.#settings, diagnostics.counters, outgoing, ticker, clock.now);
    const { softQueued, slowConsumer } = this.#settings;
    this.#sessionOptions = {
      ...this.#settings,
      maxPayload: maxHttpBufferSize,
      backlogs: this.#backlogs,
      ...(slowConsumer === "drop" && { congestedFrom: softQueued }),
    };
    this.#http = {
      maxQueued,
      maxPayload: maxHttpBufferSize,
      traffic: diagnostics.counters,
      rates: toReadingRates(this.#settings),
      compression:
        httpCompression === false
          ? undefined
          : new HttpCompression(httpCompression === true ? {} : httpCompression),
      customize: (headers, request, isFirst) => this.#customize(headers, request, isFirst),
    };
    this.#deflate = toDeflate(perMessageDeflate);
    this.#cookie = cookieOf(cookie);
    this.#onSession = onSession;
  }

  /** What each request passes before it is looked at; those beside the engine ask it, too. */
  get gate(): Gate {
    return this.#gate;
  }

  /** Watches over what waits for clients to read; those beside the engine tell it, too. */
  get backlogs(): Backlogs {
    return this.#backlogs;
  }

  /** The options as they stand, with the defaults of those that were not given. Not to be changed. */
  get opts(): EngineSettings {
    return this.#settings;
  }

  /** How many sessions are there. */
  get clientsCount(): number {
    return this.#sessions.size;
  }

  /**
   * A new session's id: 128 random bits, because whoever knows an id can read and write its session. May be
   * replaced by another function, whose ids must be as hard to guess; it may give a promise.
   */
  generateId(_request: IncomingMessage): string | PromiseLike<string> {
    return this.#randomSid();
  }

  /** Adds an Express middleware for each request and each upgrade: `helmet()`, `session({ … })`. */
  use(middleware: HttpMiddleware): void {
    this.#gate.use(middleware);
  }

  /**
   * Answers at a path on `server`, and leaves everything else to the listeners that are there or come later.
   * @param beside what else answers below the path: each is asked before the engine.
   */
  attach(server: Server, options: AttachOptions = {}, ...beside: readonly Beside[]): void {
    const { path, destroyUpgrade, destroyUpgradeTimeout } = settleOptions({ ...this.#settings, ...options });
    const unclaimedUpgradeTimeout = destroyUpgrade ? destroyUpgradeTimeout : undefined;
    attach(server, { path, beside, engine: this, unclaimedUpgradeTimeout });
  }

  /** Answers one request, whatever its path. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.#closed) endWithAnswer(response);
    this.#gate.receiveRequest(request, response, (passage) =>
      this.#admit(request, "request", passage, (admission) => this.#answer(request, response, admission)),
    );
  }

  /** Answers one WebSocket handshake, whatever its path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#gate.asksNobody && this.generateId === EngineServer.prototype.generateId) {
      // Callbacks inside of callbacks are compiled once for each: a twentieth of what the first 10,000 clients take.
      const checked = this.#check(request, "upgrade", this.#gate.receiveUpgradeAtOnce(socket));
      const admission = checked ?? this.#take(this.generateId(request), request);
      this.#answerUpgrade(request, socket, head, admission, {});
      return;
    }
    this.#gate.receiveUpgrade(request, socket, (passage, headers) =>
      this.#admit(request, "upgrade", passage, (admission) =>
        this.#answerUpgrade(request, socket, head, admission, headers),
      ),
    );
  }

  #answerUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    admission: Admission,
    headers: OutgoingHttpHeaders,
  ): void {
    if (!("status" in admission)) {
      this.#acceptUpgrade(request, socket, head, admission, headers);
    } else {
      this.#report(request, admission);
      refuseUpgrade(socket, admission);
    }
  }

  /**
   * Opens no more sessions, and lets HTTP connections end with the answers that they wait for.
   * @param retryAfter seconds after which those who are turned away may ask again.
   */
  stop(retryAfter?: number): void {
    this.#closed = true;
    if (retryAfter !== undefined) this.#unavailable = unavailableFor(retryAfter);
    this.#sessions.endConnections();
  }

  /**
   * Waits for the end of all sessions, `timeout` milliseconds at most: one that polls hears with its next poll that it
   * is closed.
   */
  emptied(timeout: number): Promise<void> {
    return this.#sessions.emptied(timeout);
  }

  /** Closes all sessions, and opens no more. */
  close(): this {
    this.stop();
    this.#sessions.close();
    return this;
  }

  #answer(request: IncomingMessage, response: ServerResponse, admission: Admission): void {
    if ("status" in admission) {
      this.#report(request, admission);
      refuse(response, admission);
    } else if ("session" in admission) {
      if (request.method === "GET") admission.http?.receivePoll?.(response);
      else admission.http?.receivePost(request, response);
    } else if (!isAnswered(response)) {
      this.#openOverHttp(admission.id, request, response);
    }
  }

  #openOverHttp(id: string, request: IncomingMessage, response: ServerResponse): void {
    const cookie = this.#cookie?.(id);
    const headers: OutgoingHttpHeaders = cookie === undefined ? {} : { "Set-Cookie": cookie };
    if (this.#parseQuery(request.url)?.transport === "sse") {
      const stream = new StreamTransport(response, this.#http);
      stream.start(request, headers);
      // No move to WebSocket: who opens a stream cannot have it.
      this.#open(id, stream, request, stream);
    } else {
      const polling = new PollingTransport(this.#http, headers);
      polling.receivePoll(response);
      this.#open(id, polling, request, polling);
    }
  }

  /** Says what a request is for: a session that is there, a new one, or nothing. */
  #admit(
    request: IncomingMessage,
    kind: "request" | "upgrade",
    { outcome, rule }: Passage,
    done: (admission: Admission) => void,
  ): void {
    if (outcome !== "passed") {
      done(outcome === "silent" ? UNAVAILABLE : { ...BAD_REQUEST, context: { name: "MIDDLEWARE_FAILURE" } });
      return;
    }
    const checked = this.#check(request, kind, rule);
    if (checked !== undefined) {
      done(checked);
      return;
    }
    this.#gate.askApplication(request, (refusal) => {
      if (refusal !== undefined) done(refusal);
      else this.#createId(request, done);
    });
  }

  /** What can be said without asking anybody; `undefined` for a request that may open a session. */
  #check(
    request: IncomingMessage,
    kind: "request" | "upgrade",
    rule: SettledOriginRule | undefined,
  ): Refusal | Entry | undefined {
    const mayUse = (entry: Entry | undefined): boolean => this.#gate.allowsOrigin(request, rule, entry);
    const query = this.#parseQuery(request.url);
    const checked = checkRequest(request, query, kind, this.#settings.transports, mayUse, this.#sessions);
    if (checked !== undefined) return checked;
    const wait = this.#gate.attempt(request);
    return wait > 0 ? tooMany(wait) : undefined;
  }

  #createId(request: IncomingMessage, done: (admission: Admission) => void): void {
    let id: string | PromiseLike<string>;
    try {
      id = this.generateId(request);
    } catch {
      done(ID_GENERATION_ERROR);
      return;
    }
    if (typeof id === "string") {
      done(this.#take(id, request));
      return;
    }
    askHook<unknown>(
      (callback) => Promise.resolve(id).then((value) => callback(null, value)),
      this.#settings.hookTimeout,
      (outcome) => {
        if (outcome.kind === "silent") done(UNAVAILABLE);
        else done(this.#take(outcome.kind === "answered" ? outcome.answer : undefined, request));
      },
    );
  }

  /** Whether a session may be opened by the name of `id`. */
  #take(id: unknown, request: IncomingMessage): Admission {
    if (this.#closed) return this.#unavailable;
    // An id that is taken would give one client the session of another.
    if (typeof id !== "string" || id === "" || this.#sessions.has(id)) return ID_GENERATION_ERROR;
    return this.#gate.hasRoom(request) ? { id } : tooMany(FULL);
  }

  #acceptUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    admission: Exclude<Admission, Refusal>,
    headers: OutgoingHttpHeaders,
  ): void {
    const handshake = parseHandshake(toHandshakeRequest(request));
    if ("status" in handshake) {
      this.#answerUpgrade(request, socket, head, { ...handshake, code: BAD_REQUEST.code }, headers);
      return;
    }
    const [protocol] = handshake.protocols;
    this.#customize(headers, request, "id" in admission);
    const compression = this.#deflate?.accept(handshake.extensions);
    const deflate = compression && this.#deflate?.open("server", compression.parameters);
    const transport = new EngineTransport(socket, this.#shellOptions, deflate, this.#http.rates);
    const agreed = encodeAccept(handshake.key, protocol, compression?.header);
    // The peer may have gone while a hook was asked.
    if (!acceptUpgrade(socket, agreed, changeBy(headers), transport)) return;
    if ("session" in admission) {
      const upgrade = admission.session.upgrade(transport, clock.now());
      admission.upgrade?.cancel();
      admission.upgrade = upgrade && ticker.add(upgrade);
    } else {
      this.#open(admission.id, transport, request);
    }
    transport.start(head);
  }

  #open(id: string, transport: ServerTransport, request: IncomingMessage, http?: HttpTransport): void {
    const { allowUpgrades, transports, initialPacket } = this.#settings;
    const upgrades = http?.receivePoll && allowUpgrades && transports.includes("websocket") ? UPGRADES : NONE;
    const more = asksForMore(request.url);
    const session = new ServerSession(id, transport, upgrades, this.#sessionOptions, clock.now(), more);
    this.#sessions.add(session, fieldOf(request, "origin"), http, this.#gate.enter(request));
    if (initialPacket !== undefined) session.send(new Outgoing(PacketType.MESSAGE, initialPacket));
    this.#onSession(session, request);
  }

  #customize(headers: OutgoingHttpHeaders, request: IncomingMessage, isFirst: boolean): void {
    if (this.listenerCount("initial_headers") + this.listenerCount("headers") === 0) return;
    describeRequest(request);
    if (isFirst) this.emit("initial_headers", headers, request);
    this.emit("headers", headers, request);
  }

  #report(req: IncomingMessage, refusal: Refusal): void {
    const { code, message, context = {} } = refusal;
    this.#gate.report(req, refusal);
    // Strings are the codes of requests that are none of the engine's.
    this.emit("connection_error", { req, code: Number(code), message, context });
  }
}

const UPGRADES: readonly string[] = ["websocket"];
// Shared: an array of its own is 32 bytes of each client.
const NONE: readonly string[] = [];
const ID_GENERATION_ERROR: Refusal = { ...BAD_REQUEST, context: { name: "ID_GENERATION_ERROR" } };
