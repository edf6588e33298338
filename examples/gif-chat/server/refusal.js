/**
 * What a person did is not possible. The page turns the code into a sentence in the person's language; an HTTP
 * answer carries the same code.
 */
export class ChatRefusal extends Error {
  /**
   * @param {import("../types.d.ts").ErrorCode} code
   * @param {{ retryAfter?: number }} [details]
   */
  constructor(code, details = {}) {
    super(code);
    this.name = "ChatRefusal";
    this.code = code;
    this.details = details;
  }
}

/**
 * The answer to a request that failed. An unexpected error is logged, and tells the peer nothing.
 * @param {unknown} error
 * @returns {import("../types.d.ts").Refusal}
 */
export function toAnswer(error) {
  if (error instanceof ChatRefusal) return { ok: false, code: error.code, ...error.details };
  console.error(error);
  return { ok: false, code: "internal" };
}
