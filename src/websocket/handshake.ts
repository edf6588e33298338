import { hash, randomBytes } from "node:crypto";
import type { DeflateParameters } from "./deflate-negotiation.ts";
import { type Extension, parseExtensions } from "./extensions.ts";
import type { PerMessageDeflate } from "./permessage-deflate.ts";

/** The part of an HTTP request that the handshake looks at, with the field names of Node. */
export interface HandshakeRequest {
  readonly method?: string | undefined;
  readonly httpVersion: string;
  /** Names in lower case; fields that were sent twice are joined by a comma, and so match no rule. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a valid request asks for. */
export interface Handshake {
  readonly key: string;
  /** The subprotocols that the client offers, the best first; none is the common case. */
  readonly protocols: readonly string[];
  /** The extensions that the client offers, the best first. */
  readonly extensions: readonly Extension[];
}

/** The answer to a request that is none: an HTTP status, headers, and a sentence for people. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
}

const VERSION = "13";
const NONE: readonly never[] = [];
/** RFC 6455 section 1.3. */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** 16 bytes in base64: 21 characters, one that carries the last two bits, and the padding. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
/** A token of RFC 9110 section 5.6.2. One character class without alternatives: linear time. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Checks a client's opening handshake, RFC 6455 section 4.2.1, without its origin and its path. */
export function parseHandshake(request: HandshakeRequest): Handshake | Refusal {
  const { headers } = request;
  if (request.method !== "GET") return refuse(405, "A WebSocket begins with GET.", { Allow: "GET" });
  if (request.httpVersion === "1.0") return refuse(400, "A WebSocket needs HTTP/1.1.");
  // Node itself asks for it only of requests that are no upgrades.
  if (headers.host === undefined) return refuse(400, "A request needs a Host header.");
  if (!isWebSocket(headers)) {
    return refuse(426, "This is a WebSocket.", { Upgrade: "websocket", Connection: "Upgrade" });
  }
  if (!namesUpgrade(headers)) return refuse(400, "The Connection header must name Upgrade.");
  // A proxy that does not see the upgrade as one takes these bytes for the body, and what follows for requests.
  const length = headers["content-length"];
  if (headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0")) {
    return refuse(400, "A WebSocket handshake has no body.");
  }
  if (headers["sec-websocket-version"] !== VERSION) {
    return refuse(426, "The WebSocket version must be 13.", { "Sec-WebSocket-Version": VERSION });
  }
  const key = field(headers, "sec-websocket-key");
  if (!KEY.test(key)) return refuse(400, "The Sec-WebSocket-Key must be 16 bytes in base64.");
  const protocols = parseProtocols(headers["sec-websocket-protocol"]);
  if (protocols === undefined) return refuse(400, "The Sec-WebSocket-Protocol header is invalid.");
  // Section 9.1: what breaks the grammar fails the connection; what is only unknown is declined.
  const extensions = parseField(headers["sec-websocket-extensions"]);
  if (extensions === undefined) return refuse(400, "The Sec-WebSocket-Extensions header is invalid.");
  return { key, protocols, extensions };
}

/**
 * The answer 101, RFC 6455 section 4.2.2, with the end of its last header, and without the empty line behind it.
 *
 * @param extensions what was agreed to, as it stands in the header.
 */
export function encodeAccept(key: string, protocol?: string, extensions?: string): string {
  let answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptKey(key)}\r\n`;
  if (protocol !== undefined) answer += `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  if (extensions !== undefined) answer += `Sec-WebSocket-Extensions: ${extensions}\r\n`;
  return answer;
}

/** A new key for a client's request: 16 random bytes in base64, RFC 6455 section 4.1. */
export function createKey(): string {
  return randomBytes(16).toString("base64");
}

/**
 * The headers of a client's request, RFC 6455 section 4.1.
 *
 * @param extensions what is offered, as it stands in the header.
 */
export function requestHeaders(
  key: string,
  protocols: readonly string[],
  extensions?: string,
): Record<string, string> {
  const headers: Record<string, string> = {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": VERSION,
    "Sec-WebSocket-Key": key,
  };
  if (protocols.length > 0) headers["Sec-WebSocket-Protocol"] = protocols.join(", ");
  if (extensions !== undefined) headers["Sec-WebSocket-Extensions"] = extensions;
  return headers;
}

/** Whether all of `protocols` may be offered: tokens, each once. */
export function areProtocols(protocols: readonly string[]): boolean {
  return (
    new Set(protocols).size === protocols.length &&
    protocols.every((protocol) => typeof protocol === "string" && TOKEN.test(protocol))
  );
}

/** What a server agreed to. */
export interface Acceptance {
  /** The subprotocol that it chose, `""` for none. */
  readonly protocol: string;
  /** The parameters of permessage-deflate, `undefined` without it. */
  readonly deflate: DeflateParameters | undefined;
}

const NO_EXTENSION = "Server sent a Sec-WebSocket-Extensions header but no extension was requested";

/**
 * Checks a server's 101 answer, RFC 6455 section 4.1.
 *
 * @param deflate what the client offered.
 * @returns what the server agreed to, or what is wrong, in the words that programs for ws match on.
 */
export function checkAccept(
  key: string,
  protocols: readonly string[],
  headers: HandshakeRequest["headers"],
  deflate?: PerMessageDeflate,
): Acceptance | { readonly fault: string } {
  if (!isWebSocket(headers)) return { fault: "Invalid Upgrade header" };
  if (!namesUpgrade(headers)) return { fault: "Invalid Connection header" };
  if (headers["sec-websocket-accept"] !== acceptKey(key))
    return { fault: "Invalid Sec-WebSocket-Accept header" };
  const extensions = parseField(headers["sec-websocket-extensions"]);
  if (extensions === undefined) return { fault: "Invalid Sec-WebSocket-Extensions header" };
  if (deflate === undefined && extensions.length > 0) return { fault: NO_EXTENSION };
  const agreed = extensions.length > 0 ? deflate?.check(extensions) : undefined;
  if (agreed !== undefined && "fault" in agreed) return agreed;
  const protocol = headers["sec-websocket-protocol"];
  if (protocol === undefined) return { protocol: "", deflate: agreed };
  if (typeof protocol === "string" && protocols.includes(protocol)) return { protocol, deflate: agreed };
  if (protocols.length === 0) return { fault: "Server sent a subprotocol but none was requested" };
  return { fault: "Server sent an invalid subprotocol" };
}

function isWebSocket({ upgrade }: HandshakeRequest["headers"]): boolean {
  return upgrade === "websocket" || (typeof upgrade === "string" && upgrade.toLowerCase() === "websocket");
}

function namesUpgrade({ connection }: HandshakeRequest["headers"]): boolean {
  // As nearly all send it: no list of one item has to be made.
  if (connection === "Upgrade") return true;
  return typeof connection === "string" && items(connection.toLowerCase()).includes("upgrade");
}

function acceptKey(key: string): string {
  // In one call: a hash object takes twice to three times as long.
  return hash("sha1", `${key}${GUID}`, "base64");
}

function parseProtocols(header: string | string[] | undefined): readonly string[] | undefined {
  if (header === undefined) return NONE;
  if (typeof header !== "string") return undefined;
  const protocols = items(header);
  return areProtocols(protocols) ? protocols : undefined;
}

function parseField(header: string | string[] | undefined): readonly Extension[] | undefined {
  if (header === undefined) return NONE;
  return typeof header === "string" ? parseExtensions(header) : undefined;
}

/** The items of a list, RFC 9110 section 5.6.1. `trim` is linear; a pattern for it would not be. */
function items(header: string): string[] {
  return header.split(",").map((item) => item.trim());
}

function field(headers: HandshakeRequest["headers"], name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

function refuse(status: number, message: string, headers: Record<string, string> = {}): Refusal {
  return { status, headers, message };
}
