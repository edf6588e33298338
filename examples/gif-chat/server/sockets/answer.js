import { ChatRefusal, toAnswer } from "../refusal.js";

/**
 * Turns an action into a listener of an event `(request, ack)`. Whatever a peer sends instead of those two is
 * answered with `badRequest`, or not at all when it left nothing to answer with.
 * @template T
 * @param {(request: Record<string, unknown>) => T | Promise<T>} action
 */
export function answering(action) {
  /**
   * @param {unknown} request
   * @param {unknown} ack
   */
  return async (request, ack) => {
    if (typeof ack !== "function") return;
    try {
      if (typeof request !== "object" || request === null) throw new ChatRefusal("badRequest");
      ack({ ok: true, ...(await action(/** @type {Record<string, unknown>} */ (request))) });
    } catch (error) {
      ack(toAnswer(error));
    }
  };
}
