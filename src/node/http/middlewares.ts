import type { IncomingMessage, ServerResponse } from "node:http";
import { askHook } from "./hook.ts";

/** A middleware as Express knows it. */
export type HttpMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What became of a request in the middlewares: it goes on, one failed, one answered it, or none did anything. */
export type MiddlewareOutcome = "passed" | "failed" | "answered" | "silent";

/** Runs the middlewares one after the other, and calls `done` once. */
export function runMiddlewares(
  middlewares: readonly HttpMiddleware[],
  request: IncomingMessage,
  response: ServerResponse,
  timeout: number,
  done: (outcome: MiddlewareOutcome) => void,
): void {
  if (middlewares.length === 0) {
    done("passed");
    return;
  }
  askHook<"passed" | "answered">(
    (callback) => {
      const answered = (): void => callback(null, "answered");
      response.once("close", answered);
      const step = (index: number): void => {
        const middleware = middlewares[index];
        if (middleware === undefined) {
          response.off("close", answered);
          callback(null, isAnswered(response) ? "answered" : "passed");
          return;
        }
        let called = false;
        const next = (error?: unknown): void => {
          if (called) return;
          called = true;
          if (error) callback(error, "passed");
          else step(index + 1);
        };
        try {
          const returned: unknown = middleware(request, response, next);
          // An async function of the application's: its rejection is a failure, as in Express 5.
          if (returned instanceof Promise) returned.catch(next);
        } catch (error) {
          next(error ?? new Error("a middleware threw nothing"));
        }
      };
      step(0);
    },
    timeout,
    (outcome) => {
      if (isAnswered(response)) done("answered");
      else if (outcome.kind === "answered") done(outcome.answer);
      else done(outcome.kind);
    },
  );
}

/** Whether nothing is left to be said: an answer has begun, or the peer is gone. */
export function isAnswered(response: ServerResponse): boolean {
  return response.headersSent || response.writableEnded || response.destroyed;
}
