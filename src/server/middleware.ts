import type { JsonObject } from "../socketio/packet.ts";

/** An error whose `data` reaches the client beside its message. */
export interface ExtendedError extends Error {
  data?: unknown;
}

/** What the client gets of an error that refuses it. */
export function toRefusal({ message, data }: ExtendedError): JsonObject {
  return data === undefined ? { message } : { message, data };
}

/** A function that lets its subject pass by calling `next()`, or refuses it by `next(error)`. */
export type Middleware<Subject> = (subject: Subject, next: (error?: ExtendedError) => void) => void;

/**
 * Runs the functions one after the other, then `done`: with the first error, or without one. Of several calls
 * of one `next`, the first counts. A function that never calls it keeps its subject waiting.
 */
export function runMiddleware<Subject>(
  functions: readonly Middleware<Subject>[],
  subject: Subject,
  done: (error?: ExtendedError) => void,
): void {
  if (functions.length === 0) {
    done();
    return;
  }
  const step = (index: number): void => {
    const middleware = functions[index];
    if (middleware === undefined) {
      done();
      return;
    }
    let called = false;
    middleware(subject, (error) => {
      if (called) return;
      called = true;
      // Programs write next(null) too.
      if (error) done(error);
      else step(index + 1);
    });
  };
  step(0);
}
