/** What a client of ours asks for beyond Socket.IO, by `"~rt"` among the credentials of its CONNECT. */
export interface Agreement {
  /** Names the client's socket over all its connections: 128 random bits, which nobody else knows. */
  readonly producer: string;
}

/** The name of the agreement among the credentials, and in the answer to them. */
export const AGREEMENT = "~rt";
/** The version that is spoken here. */
export const VERSION = 1;

const PRODUCER = /^[\w+/=-]{22,24}$/;

/** Reads what stands under {@link AGREEMENT}. What is malformed, or of another version, counts as not there. */
export function parseAgreement(value: unknown): Agreement | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { v, prod } = value as { readonly v?: unknown; readonly prod?: unknown };
  return v === VERSION && typeof prod === "string" && PRODUCER.test(prod) ? { producer: prod } : undefined;
}

/** The credentials as the application sees them. */
export function withoutAgreement(auth: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { [AGREEMENT]: _, ...rest } = auth;
  return rest;
}
