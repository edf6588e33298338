/** One sentence of RFC 6455 that says MUST or MUST NOT. */
export interface Requirement {
  /** Section, and the place of the sentence among those of its section. */
  readonly id: string;
  /** The sentence, shortened where it repeats its section. */
  readonly says: string;
  /** Why no case stands for it: it binds somebody else, or Baro deviates, and says so. */
  readonly without?: string;
}

const INTERMEDIARY = "Binds intermediaries; Baro is an endpoint.";

/** Every MUST of sections 4 to 8. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: "4.1/1",
    says: "The components of the WebSocket URI MUST be valid; if any is invalid, the client MUST fail.",
  },
  {
    id: "4.1/2",
    says: "There MUST be no more than one connection in a CONNECTING state to the same IP address.",
    without:
      "A deviation, as every client for Node has it: the rule protects against scripts in browsers, and a program for servers opens its connections as it likes.",
  },
  { id: "4.1/3", says: "If the connection could not be opened, the client MUST fail." },
  {
    id: "4.1/4",
    says: "If secure, the client MUST perform a TLS handshake before the handshake data; if it fails, it MUST fail.",
  },
  { id: "4.1/5", says: "Clients MUST use the Server Name Indication extension in the TLS handshake." },
  { id: "4.1/6", says: "Once connected, the client MUST send an opening handshake." },
  { id: "4.1/7", says: "The handshake MUST be a valid HTTP request." },
  { id: "4.1/8", says: "The method MUST be GET, and the HTTP version MUST be at least 1.1." },
  { id: "4.1/9", says: "The Request-URI MUST match the resource name, or be an absolute URI that does." },
  {
    id: "4.1/10",
    says: "The request MUST contain a Host header whose value is host, plus port when it is not the default.",
  },
  { id: "4.1/11", says: 'The request MUST contain an Upgrade header whose value MUST include "websocket".' },
  {
    id: "4.1/12",
    says: 'The request MUST contain a Connection header whose value MUST include the "Upgrade" token.',
  },
  {
    id: "4.1/13",
    says: "The request MUST include Sec-WebSocket-Key, whose value MUST be a nonce of 16 bytes in base64.",
  },
  { id: "4.1/14", says: "The nonce MUST be selected randomly for each connection." },
  {
    id: "4.1/15",
    says: "The request MUST include Origin if it comes from a browser client.",
    without: "Binds browsers. That Chromium sends it is seen in conformance/websocket/chromium.test.ts.",
  },
  { id: "4.1/16", says: "The request MUST include Sec-WebSocket-Version, and its value MUST be 13." },
  { id: "4.1/17", says: "The subprotocols MUST be non-empty tokens, and MUST all be unique." },
  { id: "4.1/18", says: "The client MUST wait for a response before sending any further data." },
  {
    id: "4.1/19",
    says: "If the response lacks Upgrade, or it is no case-insensitive match for websocket, the client MUST fail.",
  },
  {
    id: "4.1/20",
    says: "If the response lacks Connection, or it has no token Upgrade in any case, the client MUST fail.",
  },
  {
    id: "4.1/21",
    says: "If Sec-WebSocket-Accept is missing or another than expected, white space around it aside, the client MUST fail.",
  },
  {
    id: "4.1/22",
    says: "If the response has an extension that was not in the request, the client MUST fail.",
  },
  {
    id: "4.1/23",
    says: "If the response has a subprotocol that was not in the request, the client MUST fail.",
  },
  { id: "4.1/24", says: "If the response does not conform to the server's handshake, the client MUST fail." },

  {
    id: "4.2.1/1",
    says: "If the handshake does not match the description, the server MUST stop and return an HTTP error code.",
  },
  { id: "4.2.2/1", says: "Over TLS, all further communication MUST run through the encrypted tunnel." },
  {
    id: "4.2.2/2",
    says: "If it does not accept the origin, the server MUST return an HTTP error code such as 403.",
  },
  {
    id: "4.2.2/3",
    says: "If the version is not understood, the server MUST send an error such as 426 and a Sec-WebSocket-Version.",
  },
  { id: "4.2.2/4", says: "If the service is not available, the server MUST send an error such as 404." },
  { id: "4.2.2/5", says: "The subprotocol chosen MUST be one of the values of the client's handshake." },
  {
    id: "4.2.2/6",
    says: "If it agrees to no subprotocol, the server MUST NOT send back a Sec-WebSocket-Protocol header.",
  },
  {
    id: "4.2.2/7",
    says: "If it accepts, the server MUST reply with 101, Upgrade, Connection and Sec-WebSocket-Accept.",
  },
  {
    id: "4.4/1",
    says: "A server that does not support the version MUST respond with Sec-WebSocket-Version naming all that it does.",
  },

  { id: "5.1/1", says: "A client MUST mask all frames that it sends to the server." },
  { id: "5.1/2", says: "The server MUST close the connection upon receiving a frame that is not masked." },
  { id: "5.1/3", says: "A server MUST NOT mask any frames that it sends to the client." },
  { id: "5.1/4", says: "A client MUST close a connection if it detects a masked frame." },
  {
    id: "5.2/1",
    says: "A reserved bit that no extension gives a meaning MUST be 0; otherwise the receiver MUST fail.",
  },
  { id: "5.2/2", says: "If an unknown opcode is received, the receiver MUST fail." },
  { id: "5.2/3", says: "The most significant bit of a 64-bit length MUST be 0." },
  { id: "5.2/4", says: "The minimal number of bytes MUST be used to encode the length." },
  {
    id: "5.2/5",
    says: "Any extension MUST specify the length of its extension data, and how it is negotiated.",
    without: "Binds those who specify extensions.",
  },
  { id: "5.3/1", says: "A masked frame MUST have the mask bit set, and the masking key in its header." },
  { id: "5.3/2", says: "The client MUST pick a fresh masking key for each frame." },
  {
    id: "5.3/3",
    says: "The masking key MUST be derived from a strong source of entropy, and MUST NOT predict the next one.",
  },
  { id: "5.4/1", says: "Control frames MUST NOT be fragmented." },
  { id: "5.4/2", says: "Message fragments MUST be delivered in the order sent." },
  { id: "5.4/3", says: "The fragments of one message MUST NOT be interleaved between those of another." },
  {
    id: "5.4/4",
    says: "An endpoint MUST be capable of handling control frames in the middle of a fragmented message.",
  },
  {
    id: "5.4/5",
    says: "Clients and servers MUST support receiving both fragmented and unfragmented messages.",
  },
  {
    id: "5.4/6",
    says: "An intermediary MUST NOT change the fragmentation of a control frame.",
    without: INTERMEDIARY,
  },
  {
    id: "5.4/7",
    says: "An intermediary MUST NOT change fragmentation if reserved bits are used that it does not know.",
    without: INTERMEDIARY,
  },
  {
    id: "5.4/8",
    says: "An intermediary MUST NOT change fragmentation where extensions were negotiated that it does not know, or when it did not see the handshake.",
    without: INTERMEDIARY,
  },
  {
    id: "5.4/9",
    says: "The type of all fragments in a message MUST be text, binary or one of the reserved opcodes.",
  },
  {
    id: "5.5/1",
    says: "All control frames MUST have a payload of 125 bytes or less and MUST NOT be fragmented.",
  },
  { id: "5.5.1/1", says: "If a close frame has a body, its first two bytes MUST be a status code." },
  {
    id: "5.5.1/2",
    says: "Clients MUST NOT show the reason to end users.",
    without: "Binds programs: Baro shows nothing to anybody.",
  },
  { id: "5.5.1/3", says: "The application MUST NOT send any more data frames after sending a close frame." },
  {
    id: "5.5.1/4",
    says: "An endpoint that receives a close frame and did not send one MUST send one in response.",
  },
  { id: "5.5.1/5", says: "After both, an endpoint MUST close TCP; the server MUST do so immediately." },
  {
    id: "5.5.2/1",
    says: "Upon receipt of a ping, an endpoint MUST send a pong, unless it already received a close frame.",
  },
  { id: "5.5.3/1", says: "A pong in response to a ping must have identical application data." },
  {
    id: "5.6/1",
    says: "A text frame may include a partial UTF-8 sequence; the whole message MUST contain valid UTF-8.",
  },

  {
    id: "6.1/1",
    says: "The endpoint MUST ensure that the connection is OPEN before it sends, and abort if that changes.",
  },
  { id: "6.1/2", says: "An endpoint MUST encapsulate the data in a frame as defined in section 5.2." },
  { id: "6.1/3", says: "The opcode of the first frame MUST be set to text or binary." },
  { id: "6.1/4", says: "The FIN bit of the last frame MUST be set." },
  { id: "6.1/5", says: "If the client sends, the frames MUST be masked." },
  { id: "6.1/6", says: "The frames MUST be transmitted over the underlying network connection." },
  { id: "6.2/1", says: "Incoming data MUST be parsed as frames as defined in section 5.2." },
  { id: "6.2/2", says: "A control frame MUST be handled as defined by section 5.5." },
  { id: "6.2/3", says: "Upon receiving a data frame, the endpoint MUST note the type of the data." },
  { id: "6.2/4", says: "Data frames after the final one MUST be interpreted as belonging to a new message." },
  { id: "6.2/5", says: "A server MUST remove the masking of data frames received from a client." },

  {
    id: "7.1.2/1",
    says: "To start the closing handshake, an endpoint MUST send a close frame with the code and the reason.",
  },
  { id: "7.1.7/1", says: "To fail the connection, the client MUST close it." },
  { id: "7.1.7/2", says: "To fail the connection, the server MUST close it." },
  {
    id: "7.1.7/3",
    says: "An endpoint MUST NOT continue to process data after it failed the connection, a responding close frame included.",
  },
  { id: "7.2.1/1", says: "If the transport is unexpectedly lost, the client MUST fail the connection." },
  {
    id: "7.2.2/1",
    says: "To abort during the opening handshake, the server MUST simply close the connection.",
  },
  { id: "7.4.1/1", says: "1005 MUST NOT be set as a status code in a close frame by an endpoint." },
  { id: "7.4.1/2", says: "1006 MUST NOT be set as a status code in a close frame by an endpoint." },
  { id: "7.4.1/3", says: "1015 MUST NOT be set as a status code in a close frame by an endpoint." },

  { id: "8.1/1", says: "An endpoint that finds that a stream is not valid UTF-8 MUST fail the connection." },
];
