import { ACCEPT, requestText, responseText } from "../support/raw-peer.ts";

/** A client's handshake, and what a server must answer. */
export interface Request {
  readonly id: string;
  readonly musts: readonly string[];
  readonly request: string;
  readonly status: number;
  /** Patterns that the answer's head must match, and must not. */
  readonly matches?: readonly RegExp[];
  readonly lacks?: readonly RegExp[];
}

const VALID = [
  /^HTTP\/1\.1 101 /,
  /^upgrade: websocket\r$/im,
  /^connection: upgrade\r$/im,
  new RegExp(`^sec-websocket-accept: ${ACCEPT.replaceAll(/[+/]/g, "\\$&")}\r$`, "im"),
];
const accepted = (id: string, request: string, more: Partial<Request> = {}): Request => ({
  id: `4.2.2 ${id}`,
  musts: ["4.2.2/7"],
  request,
  status: 101,
  lacks: [/^sec-websocket-protocol/im, /^sec-websocket-extensions/im],
  ...more,
  matches: [...VALID, ...(more.matches ?? [])],
});
const refused = (id: string, request: string, status = 400, more: Partial<Request> = {}): Request => ({
  id: `4.2.1 ${id}`,
  musts: ["4.2.1/1", "7.2.2/1"],
  request,
  status,
  ...more,
});
const version = (value: string | readonly string[] | undefined, id = String(value)): Request =>
  refused(`version ${id}`, requestText({ "Sec-WebSocket-Version": value }), 426, {
    musts: ["4.2.1/1", "4.2.2/3", "4.4/1"],
    matches: [/^sec-websocket-version: 13\r$/im],
  });

/** Sections 4.2 to 4.4, to a server that would agree to the subprotocols `chat` and `superchat`, the first offered. */
export const REQUESTS: readonly Request[] = [
  accepted("the example of section 1.3, without its subprotocols", requestText()),
  accepted("with an origin", requestText({ Origin: "http://example.com" })),
  accepted("Upgrade in other letters", requestText({ Upgrade: "WebSocket" })),
  accepted("Connection in other letters", requestText({ Connection: "UPGRADE" })),
  accepted("Connection with several tokens", requestText({ Connection: "keep-alive, Upgrade" })),
  accepted(
    "header names in other letters",
    requestText().replace("Sec-WebSocket-Key", "SEC-WEBSOCKET-KEY").replace("Upgrade:", "upgrade:"),
  ),
  accepted("headers that nobody knows", requestText({ "X-Unknown": "1", Cookie: "a=b" })),
  accepted(
    "white space around the key",
    requestText({ "Sec-WebSocket-Key": "  dGhlIHNhbXBsZSBub25jZQ==  " }),
  ),
  accepted("with one subprotocol", requestText({ "Sec-WebSocket-Protocol": "chat" }), {
    musts: ["4.2.2/5"],
    matches: [/^sec-websocket-protocol: chat\r$/im],
    lacks: [],
  }),
  accepted("with two subprotocols", requestText({ "Sec-WebSocket-Protocol": "superchat, chat" }), {
    musts: ["4.2.2/5"],
    matches: [/^sec-websocket-protocol: superchat\r$/im],
    lacks: [],
  }),
  accepted(
    "with subprotocols that it does not know",
    requestText({ "Sec-WebSocket-Protocol": "nobody, knows" }),
    {
      musts: ["4.2.2/6"],
    },
  ),
  accepted(
    "with an extension that it does not know",
    requestText({ "Sec-WebSocket-Extensions": "x-nobody; knows=1" }),
  ),

  refused("POST", requestText({}, "POST / HTTP/1.1"), 405),
  refused("HEAD", requestText({}, "HEAD / HTTP/1.1"), 405),
  refused("HTTP/1.0", requestText({}, "GET / HTTP/1.0")),
  refused("no Host", requestText({ Host: undefined })),
  refused("another Upgrade", requestText({ Upgrade: "h2c" }), 426),
  refused("no Sec-WebSocket-Key", requestText({ "Sec-WebSocket-Key": undefined })),
  refused("an empty key", requestText({ "Sec-WebSocket-Key": "" })),
  refused("a key of 15 bytes", requestText({ "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA" })),
  refused("a key of 17 bytes", requestText({ "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAAA=" })),
  refused("a key that is no base64", requestText({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZ!==" })),
  refused("a key with bits behind its end", requestText({ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZf==" })),
  refused(
    "two keys",
    requestText({ "Sec-WebSocket-Key": ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="] }),
  ),
  refused("a subprotocol twice", requestText({ "Sec-WebSocket-Protocol": "chat, chat" })),
  refused("an empty subprotocol", requestText({ "Sec-WebSocket-Protocol": "chat, , superchat" })),
  refused("a subprotocol that is no token", requestText({ "Sec-WebSocket-Protocol": '"chat"' })),
  version("8"),
  version("12"),
  version("14"),
  version("0"),
  version("013"),
  version("-13"),
  version("abc"),
  version("13, 8"),
  version(undefined, "missing"),
];

/** A server's answer to our client's handshake, and whether the client takes it. */
export interface Response {
  readonly id: string;
  readonly musts: readonly string[];
  /** What the client offers; `chat` and `superchat` when it is not given. */
  readonly offers?: string[];
  readonly answer: (accept: string) => string;
  readonly accepted?: true;
}

const good = (id: string, headers: NonNullable<Parameters<typeof responseText>[1]> = {}): Response => ({
  id: `4.1 ${id}`,
  musts: [],
  answer: (accept) => responseText(accept, headers),
  accepted: true,
  // A client that offers subprotocols and gets none fails, as the WHATWG standard and ws have it.
  ...(headers["Sec-WebSocket-Protocol"] === undefined && { offers: [] }),
});
const bad = (
  id: string,
  must: string,
  headers: Parameters<typeof responseText>[1],
  first?: string,
): Response => ({
  id: `4.1 ${id}`,
  musts: [must, "4.1/24"],
  answer: (accept) => responseText(accept, headers, first),
});

/** Section 4.1. */
export const RESPONSES: readonly Response[] = [
  good("the plain answer"),
  good("Upgrade in other letters", { Upgrade: "WebSocket" }),
  good("Connection in other letters, with another token", { Connection: "keep-alive, uPGRADE" }),
  good("headers that nobody knows", { Server: "x", "Set-Cookie": "a=b" }),
  good("the first subprotocol", { "Sec-WebSocket-Protocol": "chat" }),
  good("the second subprotocol", { "Sec-WebSocket-Protocol": "superchat" }),
  { ...good("white space around the accept"), answer: (accept) => responseText(`   ${accept}   `) },
  { ...good("another reason phrase"), answer: (accept) => responseText(accept, {}, "HTTP/1.1 101 Whatever") },

  bad("no subprotocol, where some were offered", "4.1/24", {}),
  bad("no Upgrade", "4.1/19", { Upgrade: undefined }),
  bad("another Upgrade", "4.1/19", { Upgrade: "h2c" }),
  bad("Upgrade with more in it", "4.1/19", { Upgrade: "websocket2" }),
  bad("no Connection", "4.1/20", { Connection: undefined }),
  bad("another Connection", "4.1/20", { Connection: "keep-alive" }),
  bad("no accept", "4.1/21", { "Sec-WebSocket-Accept": undefined }),
  bad("an empty accept", "4.1/21", { "Sec-WebSocket-Accept": "" }),
  bad("the accept of another key", "4.1/21", { "Sec-WebSocket-Accept": ACCEPT }),
  {
    ...bad("the accept in small letters", "4.1/21", {}),
    answer: (accept) => responseText(accept.toLowerCase()),
  },
  {
    ...bad("two accepts", "4.1/21", {}),
    answer: (accept) => responseText(accept, { "sec-websocket-accept": accept }),
  },
  bad("an extension that was not offered", "4.1/22", { "Sec-WebSocket-Extensions": "x-foo" }),
  bad("a subprotocol that was not offered", "4.1/23", { "Sec-WebSocket-Protocol": "foo" }),
  bad("a subprotocol in other letters", "4.1/23", { "Sec-WebSocket-Protocol": "Chat" }),
  bad("two subprotocols", "4.1/23", { "Sec-WebSocket-Protocol": "chat, superchat" }),
  bad("an empty subprotocol", "4.1/23", { "Sec-WebSocket-Protocol": "" }),
  bad("200", "4.1/24", {}, "HTTP/1.1 200 OK"),
  bad("400", "4.1/24", {}, "HTTP/1.1 400 Bad Request"),
  bad("102", "4.1/24", {}, "HTTP/1.1 102 Processing"),
  bad("a redirect that leads nowhere", "4.1/24", {}, "HTTP/1.1 302 Found"),
  { id: "4.1 no HTTP", musts: ["4.1/24", "8.1/1"], answer: () => "\xff\xfe\xfd\r\n\r\n" },
  {
    id: "4.1 an end in the middle of the answer",
    musts: ["7.2.1/1"],
    answer: (accept) => responseText(accept).slice(0, 40),
  },
];
