import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { isSameSite, matchesOrigin, type SettledOriginRule } from "../http/origin.ts";
import type { VerifyClientCallbackAsync, VerifyClientCallbackSync, VerifyClientInfo } from "./options.ts";

/** Why a client may not connect. */
export interface Denial {
  readonly status: number;
  readonly message: string;
  readonly headers: OutgoingHttpHeaders;
}

type VerifyClient = VerifyClientCallbackAsync<never> | VerifyClientCallbackSync<never>;

/** Whether the page that sent the request may; what sends no origin is no page. */
export function mayConnect(request: IncomingMessage, rule: SettledOriginRule | undefined): boolean {
  const { origin, host } = request.headers;
  if (rule === undefined || rule === false || origin === undefined) return true;
  if (isSameSite(origin, host, isEncrypted(request))) return true;
  return rule !== true && matchesOrigin(origin, rule);
}

/**
 * Asks the application's hook, and calls `done` once: at once or later, without a denial when the client may
 * connect. A hook that throws or rejects denies with 500, and is reported as a warning: no request may end the
 * process. One that never answers leaves its client waiting.
 */
export function verifyClient(
  hook: VerifyClient,
  request: IncomingMessage,
  done: (denial: Denial | undefined) => void,
): void {
  const answersByCallback = hook.length > 1;
  let outcome: { readonly denial: Denial | undefined } | undefined;
  let settled: ((denial: Denial | undefined) => void) | undefined;
  const answer = (result: unknown, status = 401, message = "", headers: OutgoingHttpHeaders = {}): void => {
    if (outcome !== undefined) return;
    outcome = { denial: result ? undefined : { status, message, headers } };
    settled?.(outcome.denial);
  };
  const fail = (error: unknown): void => {
    process.emitWarning(error instanceof Error ? error : String(error));
    answer(false, 500);
  };
  try {
    const { origin = "" } = request.headers;
    const info: VerifyClientInfo = { origin, secure: isEncrypted(request), req: request };
    const returned: unknown = (hook as VerifyClientCallbackAsync)(info, answer);
    if (returned instanceof Promise) {
      // An asynchronous function is no promise of ws's, but its answer must not be taken for a yes.
      returned.then((result) => answersByCallback || answer(result), fail);
    } else if (!answersByCallback) {
      answer(returned);
    }
  } catch (error) {
    fail(error);
  }
  // Only now, so that what `done` throws is not taken for the hook's.
  if (outcome !== undefined) done(outcome.denial);
  else settled = done;
}

function isEncrypted(request: IncomingMessage): boolean {
  return "encrypted" in request.socket;
}
