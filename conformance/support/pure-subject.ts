import type { Role } from "../../src/websocket/connection.ts";
import { Recorder } from "../../test/websocket/recorder.ts";
import type { Subject } from "../rfc6455/case.ts";
import { FrameReader, nameOf, type WireFrame } from "./wire.ts";

/** The pure connection as an endpoint that echoes, without a socket. */
export class PureSubject extends Recorder implements Subject {
  readonly #role: Role;

  constructor(role: Role) {
    super(role);
    this.#role = role;
  }

  override message(data: Buffer, isText: boolean): void {
    if (isText) this.connection.sendText(data);
    else this.connection.sendBinary(data);
  }

  sendText(data: string): void {
    this.connection.sendText(data);
  }
  sendBinary(data: Buffer): void {
    this.connection.sendBinary(data);
  }
  sendPing(data: string): void {
    this.connection.ping(Buffer.from(data));
  }
  close(code?: number, reason?: string): void {
    this.connection.close(code, reason);
  }

  /** What it wrote so far. */
  get frames(): WireFrame[] {
    return new FrameReader().receive(Buffer.concat(this.written));
  }

  get names(): string[] {
    return this.frames.map(nameOf);
  }

  /** Whether TCP is over as far as this role sees to it: a client leaves its end to the server unless it failed. */
  get isOver(): boolean {
    const failed = this.events.some((event) => "closed" in event && event.error !== undefined);
    return this.connection.state === "closed" && (this.ends === 1 || (this.#role === "client" && !failed));
  }
}
