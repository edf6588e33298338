import { BaroError, ERR_OPTION } from "../errors.ts";
import { type Extension, serializeExtension } from "./extensions.ts";

/** What both sides agreed on, RFC 7692 section 7.1. */
export interface DeflateParameters {
  /** Whether the server compresses each message without reference to those before it. */
  readonly serverNoContextTakeover: boolean;
  /** The same of the client. */
  readonly clientNoContextTakeover: boolean;
  /** The base-2 logarithm of the server's LZ77 window, 8 to 15. */
  readonly serverMaxWindowBits: number;
  /** The same of the client. */
  readonly clientMaxWindowBits: number;
}

/** What one side wants, by the names of `ws`. */
export interface DeflateWishes {
  /** A server then compresses without context; a client asks its server to. */
  readonly serverNoContextTakeover?: boolean | undefined;
  /** A server then asks its clients to compress without context; a client says that it will. */
  readonly clientNoContextTakeover?: boolean | undefined;
  /** 8 to 15: the largest window that a server uses, or that a client asks it to use. */
  readonly serverMaxWindowBits?: number | undefined;
  /** 8 to 15: the largest window that a server asks its clients to use, where they let it, or that a client uses. */
  readonly clientMaxWindowBits?: number | undefined;
}

/** A server's answer to an offer. */
export interface DeflateAgreement {
  readonly parameters: DeflateParameters;
  /** The answer's `Sec-WebSocket-Extensions`. */
  readonly header: string;
}

const NAME = "permessage-deflate";
const SERVER_CONTEXT = "server_no_context_takeover";
const CLIENT_CONTEXT = "client_no_context_takeover";
const SERVER_BITS = "server_max_window_bits";
const CLIENT_BITS = "client_max_window_bits";
const MAX_BITS = 15;
/** Section 7.1.2: a decimal number from 8 to 15 without leading zeros. */
const BITS = /^(?:[89]|1[0-5])$/;

/** The parameters of one offer or answer as they stand there. */
interface Stated {
  serverContext: boolean;
  clientContext: boolean;
  serverBits: number | undefined;
  /** `true` without a value, which only an offer may lack. */
  clientBits: number | true | undefined;
}

/** @throws BaroError for a window size outside of 8 to 15. */
export function checkWishes(wishes: DeflateWishes): void {
  for (const bits of [wishes.serverMaxWindowBits, wishes.clientMaxWindowBits]) {
    if (bits !== undefined && !(Number.isInteger(bits) && bits >= 8 && bits <= MAX_BITS)) {
      throw new BaroError(ERR_OPTION, `The window bits must be an integer from 8 to 15, not ${bits}.`);
    }
  }
}

/** A client's offer: its `Sec-WebSocket-Extensions`. */
export function offerDeflate(wishes: DeflateWishes): string {
  return serialize({
    serverContext: wishes.serverNoContextTakeover === true,
    clientContext: wishes.clientNoContextTakeover === true,
    serverBits: wishes.serverMaxWindowBits,
    clientBits: wishes.clientMaxWindowBits ?? true,
  });
}

/**
 * A server's answer to the first of the client's offers that it understands; `undefined` when there is none. An
 * offer with an unknown parameter, an invalid value or the same parameter twice is declined, section 7.1.
 */
export function acceptDeflate(
  extensions: readonly Extension[],
  wishes: DeflateWishes,
): DeflateAgreement | undefined {
  for (const extension of extensions) {
    const offer = extension.name === NAME ? read(extension) : undefined;
    if (offer !== undefined) return agree(offer, wishes);
  }
  return undefined;
}

/** Checks a server's answer to `offerDeflate(wishes)`; a fault fails the connection, sections 5.1 and 7.1. */
export function checkDeflate(
  extensions: readonly Extension[],
  wishes: DeflateWishes,
): DeflateParameters | { readonly fault: string } {
  const [extension] = extensions;
  if (extension === undefined || extensions.length > 1 || extension.name !== NAME) {
    return { fault: "Server indicated an extension that was not requested" };
  }
  const answer = read(extension);
  if (answer === undefined || answer.clientBits === true) {
    return { fault: "Invalid Sec-WebSocket-Extensions header" };
  }
  const serverBits = answer.serverBits ?? MAX_BITS;
  const clientBits = answer.clientBits ?? MAX_BITS;
  // Sections 7.1.1.1 and 7.1.2.1: what a client demands of the server must be in the answer, or more of it.
  if (wishes.serverNoContextTakeover === true && !answer.serverContext)
    return { fault: `Server did not agree to ${SERVER_CONTEXT}` };
  if (serverBits > (wishes.serverMaxWindowBits ?? MAX_BITS))
    return { fault: `Server indicated a larger ${SERVER_BITS}` };
  // Section 7.1.2.2: what a client says of itself it keeps, whether the answer repeats it or not.
  const ownBits = wishes.clientMaxWindowBits ?? MAX_BITS;
  if (answer.clientBits !== undefined && clientBits > ownBits)
    return { fault: `Server indicated a larger ${CLIENT_BITS}` };
  return {
    serverNoContextTakeover: answer.serverContext,
    clientNoContextTakeover: answer.clientContext || wishes.clientNoContextTakeover === true,
    serverMaxWindowBits: serverBits,
    clientMaxWindowBits: Math.min(clientBits, ownBits),
  };
}

function agree(offer: Stated, wishes: DeflateWishes): DeflateAgreement {
  const serverBits = Math.min(offer.serverBits ?? MAX_BITS, wishes.serverMaxWindowBits ?? MAX_BITS);
  // Section 7.1.2.2: only a client that offers the parameter can be told a size.
  const offered = offer.clientBits === true ? MAX_BITS : offer.clientBits;
  const clientBits = Math.min(offered ?? MAX_BITS, wishes.clientMaxWindowBits ?? MAX_BITS);
  const answer: Stated = {
    serverContext: offer.serverContext || wishes.serverNoContextTakeover === true,
    clientContext: offer.clientContext || wishes.clientNoContextTakeover === true,
    serverBits: offer.serverBits !== undefined || serverBits < MAX_BITS ? serverBits : undefined,
    clientBits: offered !== undefined && clientBits < MAX_BITS ? clientBits : undefined,
  };
  return {
    parameters: {
      serverNoContextTakeover: answer.serverContext,
      clientNoContextTakeover: answer.clientContext,
      serverMaxWindowBits: serverBits,
      clientMaxWindowBits: offered === undefined ? MAX_BITS : clientBits,
    },
    header: serialize(answer),
  };
}

function read({ parameters }: Extension): Stated | undefined {
  const stated: Stated = {
    serverContext: false,
    clientContext: false,
    serverBits: undefined,
    clientBits: undefined,
  };
  for (const [name, value] of parameters) {
    if (name === SERVER_CONTEXT && value === true && !stated.serverContext) {
      stated.serverContext = true;
    } else if (name === CLIENT_CONTEXT && value === true && !stated.clientContext) {
      stated.clientContext = true;
    } else if (name === SERVER_BITS && stated.serverBits === undefined && isBits(value)) {
      stated.serverBits = Number(value);
    } else if (name === CLIENT_BITS && stated.clientBits === undefined && (value === true || isBits(value))) {
      stated.clientBits = value === true || Number(value);
    } else {
      return undefined;
    }
  }
  return stated;
}

function isBits(value: string | true): value is string {
  return value !== true && BITS.test(value);
}

function serialize(stated: Stated): string {
  const parameters: [string, string | true][] = [];
  if (stated.serverContext) parameters.push([SERVER_CONTEXT, true]);
  if (stated.clientContext) parameters.push([CLIENT_CONTEXT, true]);
  if (stated.serverBits !== undefined) parameters.push([SERVER_BITS, String(stated.serverBits)]);
  if (stated.clientBits !== undefined) {
    parameters.push([CLIENT_BITS, stated.clientBits === true || String(stated.clientBits)]);
  }
  return serializeExtension({ name: NAME, parameters });
}
