import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ServerSession, type ServerSessionOptions } from "../../engine/server-session.ts";
import { acceptHeaders, parseHandshake } from "../../websocket/handshake.ts";
import { clock, ticker } from "../process.ts";
import { EngineTransport } from "../websocket/engine-transport.ts";
import { acceptUpgrade, holdSocket } from "../websocket/upgrade.ts";
import { checkRequest, type Entry } from "./admission.ts";
import { attach } from "./attach.ts";
import type { ClientFiles } from "./client-files.ts";
import { answerPreflight, setCorsHeaders } from "./cors.ts";
import { type EngineOptions, type EngineSettings, settleOptions } from "./engine-options.ts";
import { askHook } from "./hook.ts";
import type { SettledOriginRule } from "./origin.ts";
import { endWithAnswer, PollingTransport } from "./polling-transport.ts";
import { BAD_REQUEST, FORBIDDEN, type Refusal, refuse, refuseUpgrade, UNAVAILABLE } from "./refusal.ts";

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
    const entry = this.#sessions.get(session.id);
    entry?.heartbeat.cancel();
    entry?.upgrade?.cancel();
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
    if (this.#closed) endWithAnswer(response);
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

  /** Opens no more sessions, and lets HTTP connections end with the answers that they wait for. */
  stop(): void {
    this.#closed = true;
    for (const { polling } of this.#sessions.values()) polling?.endConnection();
  }

  /** Closes all sessions, and opens no more. */
  close(): this {
    this.stop();
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
    kind: "request" | "upgrade",
    rule: SettledOriginRule | undefined,
    done: (admission: Refusal | Entry | { readonly id: string }) => void,
  ): void {
    const checked = checkRequest(request, kind, this.#settings, rule, this.#sessions);
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
          else done(this.#newId(request));
        },
      );
    }
  }

  #newId(request: IncomingMessage): Refusal | { readonly id: string } {
    if (this.#closed) return UNAVAILABLE;
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
      admission.upgrade?.cancel();
      admission.upgrade = upgrade && ticker.add(upgrade);
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
    this.#sessions.set(id, { session, origin, polling, heartbeat: ticker.add(session), upgrade: undefined });
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
