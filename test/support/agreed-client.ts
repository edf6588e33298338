import type { ConnectOptions } from "../../src/client/lookup.ts";
import { Manager } from "../../src/client/manager.ts";
import { FakePlatform } from "./fake-platform.ts";

/** How such a client asks for its namespace. */
export const CONNECT = '40{"~rt":{"v":1,"prod":"abcdefghijklmnopqrst_-"}}';

/** A client on a platform that stands still, and the server that it agrees with, as it stands on the wire. */
export function startAgreed(options: ConnectOptions = {}) {
  const platform = new FakePlatform();
  const manager = new Manager(platform, "http://host", { transports: ["polling"], ...options });
  const socket = manager.socket("/", options);
  const answers: unknown[] = [];
  /** Puts down what an acknowledgement brings. */
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      answers.push([name, ...args.map((each) => (each instanceof Error ? each.message : each))]);
    };
  return {
    ...{ platform, manager, socket, answers, note, clock: platform.clock },
    receive: (packet: string) => platform.transport.receive(packet),
    /** What was sent since the last call. */
    sent: () => platform.transport.take().filter((entry) => String(entry).startsWith("4")),
    /** The server opens the connection, and agrees. */
    agree(seq = 0, epoch = "one") {
      platform.open(',"baro":1');
      const asked = platform.transport.take().filter((entry) => String(entry).startsWith("40"));
      platform.transport.receive(
        `40${JSON.stringify({ sid: "me", "~rt": { v: 1, seq, epoch, auth: true } })}`,
      );
      return asked;
    },
    /** The connection is lost, and the client dials again. */
    cut() {
      platform.transport.receiver.closed("transport close");
      platform.clock.advance(5_000);
    },
  };
}
