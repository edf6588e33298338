import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import { clock } from "../process.ts";

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

  /**
   * Closes all. Gives the first error, of a server that was not open.
   * @param timeout milliseconds after which the connections that are left are ended: browsers keep some that they have
   *   never used, and Node waits for those. Without it they are waited for.
   */
  async close(timeout?: number): Promise<Error | undefined> {
    const closed = this.#servers.map(
      (server) => new Promise<Error | undefined>((resolve) => server.close(resolve)),
    );
    for (const session of this.#sessions) session.close();
    const cancel = timeout === undefined ? undefined : clock.after(timeout, () => this.#endConnections());
    const errors = await Promise.all(closed);
    cancel?.();
    return errors.find((error) => error !== undefined);
  }

  #endConnections(): void {
    for (const server of this.#servers) if ("closeAllConnections" in server) server.closeAllConnections();
    for (const session of this.#sessions) session.destroy();
  }
}
