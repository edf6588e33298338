import type { IncomingMessage, ServerResponse } from "node:http";
import { askHook } from "./hook.ts";
import { matchesOrigin, type OriginRule, type SettledOriginRule } from "./origin.ts";
import { fieldOf } from "./raw-fields.ts";

/** Which pages of other origins may use the server; the meaning of each option is that of the `cors` package. */
export interface CorsOptions {
  /** Default `"*"`. */
  origin?: OriginRule;
  /** Default `"GET,HEAD,PUT,PATCH,POST,DELETE"`. */
  methods?: string | readonly string[];
  /** Default: those that the browser asks for. */
  allowedHeaders?: string | readonly string[];
  exposedHeaders?: string | readonly string[];
  /** Whether cookies may be sent along. Default false. */
  credentials?: boolean;
  /** How many seconds a browser may remember the answer to its preflight. */
  maxAge?: number;
  /** Default 204; some old browsers want 200. */
  optionsSuccessStatus?: number;
}

/** Gives the options for one request. */
export type CorsDelegate = (
  request: IncomingMessage,
  callback: (error: Error | null, options?: CorsOptions) => void,
) => void;

const METHODS = "GET,HEAD,PUT,PATCH,POST,DELETE";

/**
 * Gives the options for `request` and the rule of their origin, or neither; asks the application where it wants to
 * be asked. What fails or never answers allows nothing.
 */
export function settleCors(
  request: IncomingMessage,
  cors: CorsOptions | CorsDelegate | undefined,
  timeout: number,
  done: (options: CorsOptions | undefined, rule: SettledOriginRule | undefined) => void,
): void {
  if (typeof cors === "function") {
    askHook<CorsOptions | undefined>(
      (callback) => cors(request, callback),
      timeout,
      (outcome) => {
        const options = outcome.kind === "answered" ? (outcome.answer ?? {}) : { origin: false };
        settleCors(request, options, timeout, done);
      },
    );
    return;
  }
  const rule = ruleOf(cors);
  if (typeof rule !== "function") {
    done(cors, rule);
    return;
  }
  askHook<SettledOriginRule | undefined>(
    (callback) => rule(request.headers.origin, callback),
    timeout,
    (outcome) => done(cors, outcome.kind === "answered" ? (outcome.answer ?? false) : false),
  );
}

/** The rule of an origin, which may be a function that says it. */
export function ruleOf(cors: CorsOptions | undefined): OriginRule | undefined {
  return cors === undefined ? undefined : (cors.origin ?? "*");
}

/** Sets the headers of an answer that pages of other origins may read. */
export function setCorsHeaders(
  request: IncomingMessage,
  response: ServerResponse,
  options: CorsOptions,
  rule: SettledOriginRule,
): void {
  const origin = fieldOf(request, "origin");
  if (rule === "*") {
    response.setHeader("Access-Control-Allow-Origin", "*");
  } else {
    // The answer differs by origin, so a cache may not give it to another one.
    response.appendHeader("Vary", "Origin");
    if (typeof rule === "string") response.setHeader("Access-Control-Allow-Origin", rule);
    else if (origin !== undefined && matchesOrigin(origin, rule)) {
      response.setHeader("Access-Control-Allow-Origin", origin);
    }
  }
  if (options.credentials === true) response.setHeader("Access-Control-Allow-Credentials", "true");
  if (options.exposedHeaders !== undefined) {
    response.setHeader("Access-Control-Expose-Headers", listOf(options.exposedHeaders));
  }
}

/** Answers the question that a browser asks before it sends what a form could not send. */
export function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  options: CorsOptions,
): void {
  response.setHeader("Access-Control-Allow-Methods", listOf(options.methods ?? METHODS));
  const asked = request.headers["access-control-request-headers"];
  if (options.allowedHeaders !== undefined) {
    response.setHeader("Access-Control-Allow-Headers", listOf(options.allowedHeaders));
  } else {
    response.appendHeader("Vary", "Access-Control-Request-Headers");
    if (asked !== undefined) response.setHeader("Access-Control-Allow-Headers", asked);
  }
  if (options.maxAge !== undefined) response.setHeader("Access-Control-Max-Age", options.maxAge);
  response.writeHead(options.optionsSuccessStatus ?? 204, { "Content-Length": 0 });
  response.end();
}

function listOf(names: string | readonly string[]): string {
  return typeof names === "string" ? names : names.join(",");
}
