import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import type { Server as HttpsServer } from "node:https";

type AnyHttpServer = HttpServer | HttpsServer | Http2SecureServer | Http2Server;

/** The HTTP servers that one server of Socket.IO is attached to. */
export class Ports {
  readonly #servers: AnyHttpServer[] = [];
  readonly #sessions = new Set<ServerHttp2Session>();

  /** The one that was added last. */
  get last(): AnyHttpServer | undefined {
    return this.#servers.at(-1);
  }

  add(server: AnyHttpServer): void {
    this.#servers.push(server);
    // HTTP/2 alone has them. Its servers do not end idle connections on close, as those of HTTP do.
    (server as Http2Server).on("session", (session) => {
      this.#sessions.add(session);
      session.once("close", () => this.#sessions.delete(session));
    });
  }

  /** Closes all. Gives the first error, of a server that was not open. */
  async close(): Promise<Error | undefined> {
    const closed = this.#servers.map(
      (server) => new Promise<Error | undefined>((resolve) => server.close(resolve)),
    );
    for (const session of this.#sessions) session.close();
    return (await Promise.all(closed)).find((error) => error !== undefined);
  }
}
