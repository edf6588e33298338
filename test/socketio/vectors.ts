import { type Packet, PacketType } from "../../src/socketio/packet.ts";

/** Packets without attachments, and their only text. */
export const vectors: readonly (readonly [text: string, packet: Packet])[] = [
  ["0", { type: PacketType.CONNECT, nsp: "/", id: undefined, data: undefined }],
  [
    '0/admin,{"token":"123"}',
    { type: PacketType.CONNECT, nsp: "/admin", id: undefined, data: { token: "123" } },
  ],
  [
    '0{"sid":"wZX3oN0bSVIhsaknAAAI"}',
    { type: PacketType.CONNECT, nsp: "/", id: undefined, data: { sid: "wZX3oN0bSVIhsaknAAAI" } },
  ],
  ["1", { type: PacketType.DISCONNECT, nsp: "/", id: undefined, data: undefined }],
  ["1/admin,", { type: PacketType.DISCONNECT, nsp: "/admin", id: undefined, data: undefined }],
  ['2["hello",1]', { type: PacketType.EVENT, nsp: "/", id: undefined, data: ["hello", 1] }],
  [
    '2/admin,456["project:delete",123]',
    { type: PacketType.EVENT, nsp: "/admin", id: 456, data: ["project:delete", 123] },
  ],
  ['20["a"]', { type: PacketType.EVENT, nsp: "/", id: 0, data: ["a"] }],
  ['2999999999999999["a"]', { type: PacketType.EVENT, nsp: "/", id: 999_999_999_999_999, data: ["a"] }],
  ['2["바로","\\ud800"]', { type: PacketType.EVENT, nsp: "/", id: undefined, data: ["바로", "\ud800"] }],
  ["3/admin,456[]", { type: PacketType.ACK, nsp: "/admin", id: 456, data: [] }],
  ["30[null]", { type: PacketType.ACK, nsp: "/", id: 0, data: [null] }],
  [
    '4/admin,{"message":"Not authorized"}',
    {
      type: PacketType.CONNECT_ERROR,
      nsp: "/admin",
      id: undefined,
      data: { message: "Not authorized" },
    },
  ],
  ['4"refused"', { type: PacketType.CONNECT_ERROR, nsp: "/", id: undefined, data: "refused" }],
];
