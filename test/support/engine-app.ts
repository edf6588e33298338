import type { IncomingMessage, Server } from "node:http";
import type { Binary } from "../../src/binary.ts";
import { Outgoing } from "../../src/engine/outgoing.ts";
import { PacketType } from "../../src/engine/packet.ts";
import type { ServerSession } from "../../src/engine/server-session.ts";
import type { EngineOptions } from "../../src/node/http/engine-options.ts";
import { EngineServer } from "../../src/node/http/engine-server.ts";
import { listen } from "./http.ts";

/** A message packet, as an application sends it. */
export function message(data: string | Binary, attachments?: readonly Binary[]): Outgoing {
  return new Outgoing(PacketType.MESSAGE, data, attachments);
}

/** What happened to the sessions of an {@link EngineApp}, in order. */
export type AppEvent = readonly [name: "open" | "upgraded" | "closed", ...details: unknown[]];

/** An application over the engine that sends each message back. */
export interface EngineApp {
  readonly port: number;
  readonly http: Server;
  readonly engine: EngineServer;
  readonly sessions: ServerSession[];
  readonly events: AppEvent[];
  /** The requests that opened a session. */
  readonly requests: IncomingMessage[];
  /** Resolves when an event of this name is there. */
  happened(name: AppEvent[0]): Promise<void>;
}

/** Starts one; it ends with its test. `onOpen` is told of each session before anything else happens to it. */
export async function startEngine(
  options: EngineOptions = {},
  onOpen: (session: ServerSession) => void = () => {},
): Promise<EngineApp> {
  const sessions: ServerSession[] = [];
  const requests: IncomingMessage[] = [];
  const events: AppEvent[] = [];
  const waiting = new Set<() => void>();
  const note = (...event: AppEvent): void => {
    events.push(event);
    for (const check of waiting) check();
  };
  const engine = new EngineServer(options, (session, request) => {
    sessions.push(session);
    requests.push(request);
    session.handler = {
      message: (data) => session.send(message(data)),
      upgraded: () => note("upgraded", session.transportName),
      closed: (reason, description) => note("closed", reason, description),
    };
    note("open");
    onOpen(session);
  });
  const { server, port } = await listen();
  engine.attach(server);
  const happened = (name: AppEvent[0]): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!events.some(([each]) => each === name)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return { port, http: server, engine, sessions, events, requests, happened };
}
