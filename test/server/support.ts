import { IncomingMessage } from "node:http";
import { Socket as NetSocket } from "node:net";
import type { Binary } from "../../src/binary.ts";
import type { DefaultEventsMap, EventsMap } from "../../src/emitter.ts";
import type { Outgoing } from "../../src/engine/outgoing.ts";
import type {
  ObservableSession,
  SessionCloseReason,
  SessionHandler,
  SessionObserver,
} from "../../src/engine/session.ts";
import { diagnosticsOfServer } from "../../src/node/diagnostics.ts";
import type { PolicyOptions } from "../../src/server/options.ts";
import { Server } from "../../src/server/server.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A session that keeps what is sent. */
export class FakeSession implements ObservableSession {
  readonly id: string;
  transportName = "polling";
  writable = true;
  closed = false;
  congested = false;
  upgrading = false;
  observer: SessionObserver | undefined;
  handler: SessionHandler = { message() {}, upgraded() {}, closed() {} };
  readonly outgoing: Outgoing[] = [];

  constructor(id: string) {
    this.id = id;
  }

  send(outgoing: Outgoing): void {
    if (this.closed) return;
    this.outgoing.push(outgoing);
    this.observer?.sent(outgoing);
  }

  observe(observer: SessionObserver): void {
    this.observer = observer;
  }

  close(): void {
    this.end("forced close");
  }

  /** The connection ends. */
  end(reason: SessionCloseReason, description?: unknown): void {
    if (this.closed) return;
    this.closed = true;
    this.handler.closed(reason, description);
  }

  /** The client sends. */
  receive(...messages: (string | Binary)[]): void {
    for (const message of messages) this.handler.message(message);
  }

  /** Gives what was sent since the last look: texts, and attachments as they are. */
  take(): (string | Binary)[] {
    return this.outgoing.splice(0).flatMap(({ data, attachments }) => [data, ...attachments]);
  }
}

/** A server without a port. */
export class TestServer<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
  ServerSideEvents extends EventsMap = DefaultEventsMap,
  // biome-ignore lint/suspicious/noExplicitAny: as in the class under test
  SocketData = any,
> extends Server<ListenEvents, EmitEvents, ServerSideEvents, SocketData> {
  readonly clock: FakeClock;
  #sessions = 0;

  /** @param name what the ids of its sockets begin with. */
  constructor(options?: PolicyOptions, name = "socket") {
    const clock = new FakeClock();
    const diagnostics = diagnosticsOfServer();
    let ids = 0;
    super(
      {
        clock,
        unrefClock: clock.unref,
        diagnostics,
        generateId: () => {
          ids += 1;
          return `${name}${ids}`;
        },
        describe() {},
        addressOf: (request) => request.socket.remoteAddress ?? "",
      },
      options,
    );
    this.clock = clock;
  }

  /** Opens a session. */
  open(url = "/socket.io/?EIO=4&transport=polling", headers: IncomingMessage["headers"] = {}): FakeSession {
    this.#sessions += 1;
    const session = new FakeSession(`session${this.#sessions}`);
    const request = new IncomingMessage(new NetSocket());
    request.url = url;
    Object.assign(request.headers, headers);
    this.receiveSession(session, request);
    return session;
  }

  /** Opens a session and joins namespaces. */
  join(...namespaces: string[]): FakeSession {
    const session = this.open();
    for (const name of namespaces.length === 0 ? ["/"] : namespaces) {
      session.receive(name === "/" ? "0" : `0${name},`);
    }
    session.take();
    return session;
  }

  shutDown(): void {
    this.closeClients();
  }
}
