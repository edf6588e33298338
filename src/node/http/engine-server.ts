import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ServerSession, type ServerSessionOptions } from "../../engine/server-session.ts";
import { acceptHeaders, parseHandshake } from "../../websocket/handshake.ts";
import { clock, ticker } from "../process.ts";
import type { TickerEntry } from "../ticker.ts";
import { EngineTransport } from "../websocket/engine-transport.ts";
import { acceptUpgrade, holdSocket } from "../websocket/upgrade.ts";
import { attach } from "./attach.ts";
import type { ClientFiles } from "./client-files.ts";
import { answerPreflight, setCorsHeaders } from "./cors.ts";
import { type EngineOptions, type EngineSettings, settleOptions } from "./engine-options.ts";
import { parseEngineQuery } from "./engine-query.ts";
import { askHook } from "./hook.ts";
import { isSameSite, matchesOrigin, type SettledOriginRule } from "./origin.ts";
import { PollingTransport } from "./polling-transport.ts";
import {
  BAD_HANDSHAKE_METHOD,
  BAD_REQUEST,
  FORBIDDEN,
  type Refusal,
  refuse,
  refuseUpgrade,
  UNAVAILABLE,
  UNKNOWN_SID,
  UNKNOWN_TRANSPORT,
  UNSUPPORTED_PROTOCOL,
} from "./refusal.ts";

/** Takes each new session. It sets `session.handler` before it returns. */
export type OnSession = (session: ServerSession, request: IncomingMessage) => void;

/** What a `connection_error` listener gets. */
export interface ConnectionError {
  readonly req: IncomingMessage;
  /** The code of Engine.IO that the client got. */
  readonly code: number;
  readonly message: string;
}

/** The events of {@link EngineServer}. None of them is per message. */
export interface EngineServerEvents {
  /** A request was refused. */
  connection_error: [error: ConnectionError];
}

interface Entry {
  readonly session: ServerSession;
  /** The page that opened the session; it may go on, even where only `allowRequest` let it in. */
  readonly origin: string | undefined;
  readonly polling: PollingTransport | undefined;
  readonly tickers: TickerEntry[];
}

type RequestKind = "request" | "upgrade";

/** The version of the protocol, as the `EIO` parameter has it. */
const PROTOCOL = "4";
/** How long a hook may take until its request is answered with 503. */
const HOOK_TIMEOUT = 30_000;

/**
 * The Engine.IO 4 server: answers the requests and upgrades of one path, keeps the sessions, and hands each new
 * one to `onSession`. What a client may send and get is in the Engine.IO 4 specification, "HTTP requests".
 */
export class EngineServer extends EventEmitter<EngineServerEvents> {
  readonly #settings: EngineSettings;
  readonly #sessionOptions: ServerSessionOptions;
  readonly #onSession: OnSession;
  readonly #clientFiles: ClientFiles | undefined;
  readonly #sessions = new Map<string, Entry>();
  #closed = false;
  readonly #forget = (session: ServerSession): void => {
    for (const entry of this.#sessions.get(session.id)?.tickers ?? []) entry.cancel();
    this.#sessions.delete(session.id);
  };

  /**
   * @param clientFiles serves the client's script beside the engine, if given.
   * @throws BaroError `BARO_OPTION` for an option with a value that makes no sense.
   */
  constructor(options: EngineOptions, onSession: OnSession, clientFiles?: ClientFiles) {
    super();
    this.#settings = settleOptions(options);
    this.#sessionOptions = { ...this.#settings, maxPayload: this.#settings.maxHttpBufferSize };
    this.#onSession = onSession;
    this.#clientFiles = clientFiles;
  }

  /** How many sessions are there. */
  get clientsCount(): number {
    return this.#sessions.size;
  }

  /**
   * A new session's id: 128 random bits, because whoever knows an id can read and write its session. May be
   * replaced by another function, whose ids must be as hard to guess.
   */
  generateId(_request: IncomingMessage): string {
    return randomBytes(16).toString("base64url");
  }

  /** Answers at its path on `server`, and leaves everything else to the listeners that are there or come later. */
  attach(server: Server): void {
    const { path, destroyUpgrade, destroyUpgradeTimeout } = this.#settings;
    attach(server, {
      path,
      handleRequest: (request, response) => {
        if (this.#clientFiles?.handleRequest(path, request, response) !== true) {
          this.handleRequest(request, response);
        }
      },
      handleUpgrade: (request, socket, head) => this.handleUpgrade(request, socket, head),
      unclaimedUpgradeTimeout: destroyUpgrade ? destroyUpgradeTimeout : undefined,
    });
  }

  /** Answers one request, whatever its path. */
  handleRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#settleOrigin(request, (rule) => {
      if (response.destroyed || response.headersSent) return;
      const { cors } = this.#settings;
      if (cors !== undefined && rule !== undefined) {
        setCorsHeaders(request, response, cors, rule);
        if (request.method === "OPTIONS") {
          answerPreflight(request, response, cors);
          return;
        }
      }
      this.#admit(request, "request", rule, (admission) => {
        if ("status" in admission) {
          this.#report(request, admission);
          refuse(response, admission);
        } else if ("session" in admission) {
          if (request.method === "GET") admission.polling?.receivePoll(response);
          else admission.polling?.receivePost(request, response);
        } else if (!response.destroyed && !response.headersSent) {
          const polling = new PollingTransport(this.#settings.maxHttpBufferSize);
          polling.receivePoll(response);
          this.#open(admission.id, polling, request);
        }
      });
    });
  }

  /** Answers one WebSocket handshake, whatever its path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    holdSocket(socket);
    this.#settleOrigin(request, (rule) => {
      this.#admit(request, "upgrade", rule, (admission) => {
        if ("status" in admission) {
          this.#report(request, admission);
          refuseUpgrade(socket, admission);
        } else {
          this.#acceptUpgrade(request, socket, head, admission);
        }
      });
    });
  }

  /** Closes all sessions, and opens no more. */
  close(): this {
    this.#closed = true;
    for (const { session } of [...this.#sessions.values()]) session.close();
    return this;
  }

  /** Gives the rule of `cors.origin`, or none; asks it where it is a function. */
  #settleOrigin(request: IncomingMessage, done: (rule: SettledOriginRule | undefined) => void): void {
    const rule = this.#settings.cors === undefined ? undefined : (this.#settings.cors.origin ?? "*");
    if (typeof rule !== "function") {
      done(rule);
      return;
    }
    askHook<SettledOriginRule | undefined>(
      (callback) => rule(request.headers.origin, callback),
      HOOK_TIMEOUT,
      (outcome) => done(outcome.kind === "answered" ? (outcome.answer ?? false) : false),
    );
  }

  /** Says what a request is for: a session that is there, a new one, or nothing. */
  #admit(
    request: IncomingMessage,
    kind: RequestKind,
    rule: SettledOriginRule | undefined,
    done: (admission: Refusal | Entry | { readonly id: string }) => void,
  ): void {
    const checked = this.#check(request, kind, rule);
    const { allowRequest } = this.#settings;
    if (checked !== undefined) {
      done(checked);
    } else if (allowRequest === undefined) {
      done(this.#newId(request));
    } else {
      askHook<boolean>(
        (callback) => allowRequest(request, callback),
        HOOK_TIMEOUT,
        (outcome) => {
          if (outcome.kind === "silent") done(UNAVAILABLE);
          else if (outcome.kind === "failed") done(forbidden(outcome.error));
          else if (!outcome.answer) done(FORBIDDEN);
          else done(this.#closed ? UNAVAILABLE : this.#newId(request));
        },
      );
    }
  }

  /** Refuses a request or finds its session; `undefined` for one that asks for a new session. */
  #check(
    request: IncomingMessage,
    kind: RequestKind,
    rule: SettledOriginRule | undefined,
  ): Refusal | Entry | undefined {
    const query = parseEngineQuery(request.url ?? "");
    if (query === undefined) return BAD_REQUEST;
    const { version, transport, sid } = query;
    const known = this.#settings.transports.find((name) => name === transport);
    if (known === undefined) return UNKNOWN_TRANSPORT;
    const entry = sid === undefined ? undefined : this.#sessions.get(sid);
    if (sid !== undefined && entry === undefined) return UNKNOWN_SID;
    if (!this.#mayUse(request, rule, entry)) return FORBIDDEN;
    if (kind === "upgrade" && known !== "websocket") return BAD_REQUEST;
    if (entry === undefined) {
      if (request.method !== "GET") return BAD_HANDSHAKE_METHOD;
      if (kind === "request" && known !== "polling") return BAD_REQUEST;
      if (version !== PROTOCOL) return UNSUPPORTED_PROTOCOL;
      return this.#closed ? UNAVAILABLE : undefined;
    }
    if (version !== undefined && version !== PROTOCOL) return UNSUPPORTED_PROTOCOL;
    if (kind === "upgrade") return entry.session.mayUpgradeTo(known) ? entry : BAD_REQUEST;
    if (known !== "polling" || entry.session.transportName !== known) return BAD_REQUEST;
    return request.method === "GET" || request.method === "POST" ? entry : BAD_REQUEST;
  }

  /**
   * Whether the page that sent the request may: one of this site, one that `cors.origin` names, or, where
   * `allowRequest` decides, the one that opened the session. What sends no origin is no page.
   */
  #mayUse(request: IncomingMessage, rule: SettledOriginRule | undefined, entry: Entry | undefined): boolean {
    const { origin, host } = request.headers;
    if (origin === undefined || !this.#settings.checkOrigin) return true;
    if (rule !== undefined && matchesOrigin(origin, rule)) return true;
    if (isSameSite(origin, host, "encrypted" in request.socket)) return true;
    if (this.#settings.allowRequest === undefined) return false;
    return entry === undefined || entry.origin === origin;
  }

  #newId(request: IncomingMessage): Refusal | { readonly id: string } {
    let id: string;
    try {
      id = this.generateId(request);
    } catch {
      return BAD_REQUEST;
    }
    // An id that is taken would give one client the session of another.
    return this.#sessions.has(id) ? BAD_REQUEST : { id };
  }

  #acceptUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    admission: Entry | { readonly id: string },
  ): void {
    const handshake = parseHandshake(request);
    if ("status" in handshake) {
      const refusal = { ...handshake, code: BAD_REQUEST.code };
      this.#report(request, refusal);
      refuseUpgrade(socket, refusal);
      return;
    }
    const [protocol] = handshake.protocols;
    // The peer may have gone while a hook was asked.
    if (!acceptUpgrade(socket, acceptHeaders(handshake.key, protocol))) return;
    const { maxHttpBufferSize, maxQueued } = this.#settings;
    const transport = new EngineTransport(socket, maxHttpBufferSize, maxQueued);
    if ("session" in admission) {
      const upgrade = admission.session.upgrade(transport, clock.now());
      if (upgrade !== undefined) admission.tickers.push(ticker.add(upgrade));
    } else {
      this.#open(admission.id, transport, request);
    }
    transport.start(head);
  }

  #open(id: string, transport: EngineTransport | PollingTransport, request: IncomingMessage): void {
    const polling = transport instanceof PollingTransport ? transport : undefined;
    const { allowUpgrades, transports } = this.#settings;
    const upgrades = polling && allowUpgrades && transports.includes("websocket") ? ["websocket"] : [];
    const session = new ServerSession(id, transport, upgrades, this.#sessionOptions, clock.now());
    session.released = this.#forget;
    const { origin } = request.headers;
    this.#sessions.set(id, { session, origin, polling, tickers: [ticker.add(session)] });
    this.#onSession(session, request);
  }

  #report(req: IncomingMessage, { code, message }: Refusal): void {
    this.emit("connection_error", { req, code, message });
  }
}

/** What a hook says goes to the client; what it throws is its own affair. */
function forbidden(error: unknown): Refusal {
  return typeof error === "string" ? { ...FORBIDDEN, message: error } : FORBIDDEN;
}
