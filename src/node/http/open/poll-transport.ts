import type { ServerResponse } from "node:http";
import type { OpenReceiver, OpenTransport } from "./open-session.ts";

/** What carries nothing: a poll is asked about by the middlewares of a socket that never opens. */
export class PollTransport implements OpenTransport {
  readonly name = "poll";
  readonly writable = false;
  readonly maxQueued = 0;
  receiver: OpenReceiver = { receive() {}, drained() {}, ended() {} };

  constructor(response: ServerResponse) {
    response.once("close", () => this.receiver.ended("transport close"));
  }

  send(): void {}

  tell(): void {}

  close(): void {}
}
