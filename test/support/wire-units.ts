/** What crosses the wire in one piece of meaning: a head or a body of HTTP, or a frame of WebSocket (RFC 6455, 5.2). */
export interface Unit {
  readonly direction: "up" | "down";
  /** A chunk of a body counts as a body. */
  readonly kind: "head" | "body" | "frame";
  /** As it stands on the wire. */
  readonly bytes: Buffer;
  /** Of the request that it belongs to, or is. */
  readonly method: string;
  readonly url: string;
  /** Of the answer; 0 on the way up. */
  readonly status: number;
  /** What it says: without the mask of a frame, empty for one with bytes. */
  readonly text: string;
  /** How many of the bytes of a frame are its header; 0 for anything else. */
  readonly header: number;
}

interface Request {
  readonly method: string;
  readonly url: string;
}

const NO_REQUEST: Request = { method: "", url: "" };
const END_OF_HEAD = "\r\n\r\n";

/**
 * Finds the units in one direction of a connection. It holds back what is not whole yet: who sends such a thing sends
 * the rest of it, whatever the other side says.
 */
export class WireReader {
  readonly #direction: Unit["direction"];
  /** Those that are not answered yet, of both directions. */
  readonly #requests: Request[];
  #state: "head" | "body" | "chunks" | "rest" | "frames" = "head";
  #held: Buffer = Buffer.alloc(0);
  #request = NO_REQUEST;
  #status = 0;
  #bodyLength = 0;

  /** @param requests shared by the two readers of a connection. */
  constructor(direction: Unit["direction"], requests: Request[]) {
    this.#direction = direction;
    this.#requests = requests;
  }

  receive(chunk: Buffer): Unit[] {
    this.#held = Buffer.concat([this.#held, chunk]);
    const units: Unit[] = [];
    for (let unit = this.#next(); unit !== undefined; unit = this.#next()) units.push(unit);
    return units;
  }

  #next(): Unit | undefined {
    const held = this.#held;
    if (held.length === 0) return undefined;
    switch (this.#state) {
      case "head": {
        const end = held.indexOf(END_OF_HEAD);
        if (end === -1) return undefined;
        this.#readHead(held.toString("latin1", 0, end));
        return this.#take(end + END_OF_HEAD.length, "head");
      }
      case "body":
        if (held.length < this.#bodyLength) return undefined;
        this.#state = "head";
        return this.#take(this.#bodyLength, "body");
      case "chunks": {
        const end = held.indexOf("\r\n");
        if (end === -1) return undefined;
        const size = Number.parseInt(held.toString("latin1", 0, end), 16);
        if (held.length < end + size + 4) return undefined;
        if (size === 0) this.#state = "head";
        return this.#take(end + size + 4, "body");
      }
      case "rest":
        return this.#take(held.length, "body");
      case "frames":
        return this.#nextFrame(held);
    }
  }

  #readHead(head: string): void {
    const [first = "", ...fields] = head.split("\r\n");
    const field = (name: string): string | undefined =>
      fields
        .find((line) => line.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    const [one = "", two = ""] = first.split(" ");
    if (this.#direction === "up") {
      this.#request = { method: one, url: two };
      this.#requests.push(this.#request);
    } else {
      this.#request = this.#requests.shift() ?? NO_REQUEST;
      this.#status = Number(two);
    }
    const length = field("content-length");
    this.#bodyLength = Number(length ?? 0);
    if (this.#direction === "up" ? field("upgrade") !== undefined : this.#status === 101)
      this.#state = "frames";
    else if (field("transfer-encoding") === "chunked") this.#state = "chunks";
    else if (this.#bodyLength > 0) this.#state = "body";
    else if (this.#direction === "down" && length === undefined && this.#status === 200) this.#state = "rest";
  }

  #nextFrame(held: Buffer): Unit | undefined {
    const [first = 0, second = 0] = held;
    const short = second & 0x7f;
    const masked = second >= 0x80;
    const lengthEnd = short === 127 ? 10 : short === 126 ? 4 : 2;
    const header = lengthEnd + (masked ? 4 : 0);
    if (held.length < header) return undefined;
    const length = short === 127 ? held.readUIntBE(4, 6) : short === 126 ? held.readUInt16BE(2) : short;
    if (held.length < header + length) return undefined;
    const payload = Buffer.from(held.subarray(header, header + length));
    if (masked)
      for (let at = 0; at < length; at += 1)
        payload[at] = (payload[at] ?? 0) ^ (held[lengthEnd + (at % 4)] ?? 0);
    return this.#take(header + length, "frame", (first & 0x0f) === 1 ? payload.toString() : "", header);
  }

  #take(length: number, kind: Unit["kind"], text?: string, header = 0): Unit {
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return {
      direction: this.#direction,
      kind,
      bytes,
      ...this.#request,
      status: this.#status,
      text: text ?? bytes.toString(),
      header,
    };
  }
}
