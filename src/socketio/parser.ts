/** A packet as parsers for Socket.IO know it. */
export interface ParserPacket {
  type: number;
  nsp: string;
  data?: unknown;
  id?: number;
}

/** The `parser` option as Socket.IO documents it: a module with two classes, `socket.io-msgpack-parser` for one. */
export interface Parser {
  Encoder: new () => {
    /** Gives the messages of a packet, in an array. */
    // biome-ignore lint/suspicious/noExplicitAny: socket.io-msgpack-parser, for one, declares something else
    encode(packet: any): any;
  };
  Decoder: new () => {
    // biome-ignore lint/suspicious/noExplicitAny: parsers declare emitters of many kinds
    on(event: "decoded", listener: (packet: any) => void): unknown;
    /** Takes a message; tells `decoded` when a packet is whole, and throws for what is no packet. */
    // biome-ignore lint/suspicious/noExplicitAny: text, or bytes as the platform has them
    add(chunk: any): void;
    destroy?(): void;
  };
}
