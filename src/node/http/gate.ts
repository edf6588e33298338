import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Diagnostics } from "../../diagnostics.ts";
import { holdSocket } from "../websocket/upgrade.ts";
import { ConnectLimits } from "./connect-limits.ts";
import { answerPreflight, ruleOf, setCorsHeaders, settleCors } from "./cors.ts";
import type { EngineSettings } from "./engine-options.ts";
import { askHook } from "./hook.ts";
import { type HttpMiddleware, isAnswered, type MiddlewareOutcome, runMiddlewares } from "./middlewares.ts";
import { isSameSite, matchesOrigin, type SettledOriginRule } from "./origin.ts";
import { Proxies } from "./proxies.ts";
import { fieldOf } from "./raw-fields.ts";
import { FORBIDDEN, type Refusal, UNAVAILABLE } from "./refusal.ts";
import { describeRequest } from "./request-fields.ts";
import { SharedTexts } from "./shared-texts.ts";
import { UpgradeResponse } from "./upgrade-response.ts";

/** A middleware has answered a request, or it goes on: what became of it, and which origins may use the server. */
export interface Passage {
  readonly outcome: Exclude<MiddlewareOutcome, "answered">;
  readonly rule: SettledOriginRule | undefined;
}

/**
 * What every request of a server passes before it is looked at, whatever it asks for: CORS, the middlewares of the
 * application, the check of its origin, and `allowRequest`.
 */
export class Gate {
  readonly diagnostics: Diagnostics;
  readonly #settings: EngineSettings;
  readonly #proxies: Proxies;
  readonly #middlewares: HttpMiddleware[] = [];
  /** None where nothing is limited. */
  readonly #limits: ConnectLimits | undefined;
  readonly #texts = new SharedTexts();
  #hasWarned = false;

  /** @throws BaroError `BARO_OPTION` for a `trustProxy` that is none. */
  constructor(settings: EngineSettings, diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    this.#settings = settings;
    this.#limits = ConnectLimits.of(settings);
    this.#proxies = new Proxies(settings.trustProxy);
  }

  /** Adds an Express middleware for each request and each upgrade. */
  use(middleware: HttpMiddleware): void {
    this.#middlewares.push(middleware);
  }

  /** Lets a request in, unless it is a preflight or a middleware answers it: then `done` is not called. */
  receiveRequest(request: IncomingMessage, response: ServerResponse, done: (passage: Passage) => void): void {
    const { cors, handlePreflightRequest, hookTimeout } = this.#settings;
    describeRequest(request, response);
    settleCors(request, cors, hookTimeout, (options, rule) => {
      if (isAnswered(response)) return;
      if (options !== undefined && rule !== undefined) setCorsHeaders(request, response, options, rule);
      if (request.method === "OPTIONS" && options !== undefined) {
        answerPreflight(request, response, options);
      } else if (request.method === "OPTIONS" && handlePreflightRequest !== undefined) {
        handlePreflightRequest(request, response);
      } else {
        runMiddlewares(this.#middlewares, request, response, hookTimeout, (outcome) => {
          if (outcome !== "answered") done({ outcome, rule });
        });
      }
    });
  }

  /** Whether a request has to wait for nobody: there are no middlewares, and no functions among the options. */
  get asksNobody(): boolean {
    const { allowRequest, cors } = this.#settings;
    if (this.#middlewares.length > 0 || allowRequest !== undefined || typeof cors === "function")
      return false;
    return typeof cors?.origin !== "function";
  }

  /**
   * Lets an upgrade in where the gate {@link asksNobody}. Gives the rule of its origin. Whoever shows the request to the
   * application describes it first.
   */
  receiveUpgradeAtOnce(socket: Duplex): SettledOriginRule | undefined {
    const { cors } = this.#settings;
    holdSocket(socket);
    return typeof cors === "function" ? undefined : (ruleOf(cors) as SettledOriginRule | undefined);
  }

  /** The same for an upgrade. @param done is told which headers the middlewares have set for its answer. */
  receiveUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    done: (passage: Passage, headers: OutgoingHttpHeaders) => void,
  ): void {
    const { cors, hookTimeout } = this.#settings;
    holdSocket(socket);
    describeRequest(request);
    settleCors(request, cors, hookTimeout, (_options, rule) => {
      if (this.#middlewares.length === 0) {
        done({ outcome: "passed", rule }, {});
        return;
      }
      const response = new UpgradeResponse(request, socket);
      describeRequest(request, response);
      runMiddlewares(this.#middlewares, request, response, hookTimeout, (outcome) => {
        if (outcome !== "answered") done({ outcome, rule }, response.release());
      });
    });
  }

  /**
   * Whether the page that sent the request may: one of this site, one that `cors.origin` names, or, where
   * `allowRequest` decides, the one of `opener`. What sends no origin is no page.
   *
   * @param opener the origin of the page that opened the session which the request belongs to; `undefined` for a
   *   request that opens one.
   */
  allowsOrigin(
    request: IncomingMessage,
    rule: SettledOriginRule | undefined,
    opener?: { readonly origin: string | undefined },
  ): boolean {
    const { allowRequest, checkOrigin } = this.#settings;
    const origin = fieldOf(request, "origin");
    if (origin === undefined || !checkOrigin) return true;
    if (rule !== undefined && matchesOrigin(origin, rule)) return true;
    if (isSameSite(origin, this.#proxies.hostOf(request), this.#proxies.isEncrypted(request))) return true;
    if (allowRequest !== undefined && (opener === undefined || opener.origin === origin)) return true;
    this.#warn(origin, request);
    return false;
  }

  /** Says once what was refused, and what to do: whoever comes from Socket.IO does not expect it. */
  #warn(origin: string, request: IncomingMessage): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const host = this.#proxies.hostOf(request);
    process.emitWarning(
      `A page of ${JSON.stringify(origin)} may not connect to ${JSON.stringify(host)}, and got 403. If it should, name ` +
        "its origin in the option cors: { origin }; behind a proxy set trustProxy; checkOrigin: false lets all in.",
      { type: "BaroWarning", code: "BARO_ORIGIN" },
    );
  }

  /** Counts an attempt to connect. Gives after how many seconds it may be repeated: 0 when nothing is against it. */
  attempt(request: IncomingMessage): number {
    return this.#limits === undefined ? 0 : this.#limits.attempt(this.#proxies.addressOf(request));
  }

  /** Whether there is room for one more connection: asked again, after hooks have taken their time. */
  hasRoom(request: IncomingMessage): boolean {
    return this.#limits === undefined || this.#limits.hasRoom(this.#proxies.addressOf(request));
  }

  /**
   * Counts the connection that begins with `request`, which shares its texts from here on. Gives what ends the counting,
   * to be called once; `undefined` where nothing is counted.
   */
  enter(request: IncomingMessage): (() => void) | undefined {
    this.#texts.share(request);
    return this.#limits?.enter(this.#proxies.addressOf(request));
  }

  /** Counts a request that is not served, and tells whoever wants to hear it. The application may see it next. */
  report(request: IncomingMessage, { status, code, message, context = {} }: Refusal): void {
    const { counters, refuse } = this.diagnostics;
    describeRequest(request);
    counters.refused(status);
    if (!refuse.hasSubscribers) return;
    const { url = "", headers } = request;
    const address = this.#proxies.addressOf(request);
    refuse.publish({ address, url, origin: headers.origin, status, code, message, context });
  }

  /** Asks `allowRequest`, where there is one. */
  askApplication(request: IncomingMessage, done: (refusal: Refusal | undefined) => void): void {
    const { allowRequest, hookTimeout } = this.#settings;
    if (allowRequest === undefined) {
      done(undefined);
      return;
    }
    askHook<boolean>(
      (callback) => allowRequest(request, callback),
      hookTimeout,
      (outcome) => {
        if (outcome.kind === "silent") done(UNAVAILABLE);
        else if (outcome.kind === "failed") done(forbidden(outcome.error));
        else done(outcome.answer ? undefined : FORBIDDEN);
      },
    );
  }
}

/** What a hook says goes to the client; what it throws is its own affair. */
function forbidden(error: unknown): Refusal {
  return typeof error === "string" ? { ...FORBIDDEN, message: error } : FORBIDDEN;
}
