import type { INestApplicationContext, WsMessageHandler } from "@nestjs/common";
import { AbstractWsAdapter } from "@nestjs/websockets";
import { type Namespace, Server, type ServerOptions, type Socket } from "baro";
import { filter, type Observable } from "rxjs";

/** What a gateway says of itself: its namespace, and options of the server. */
type GatewayOptions = ServerOptions & { namespace?: string | RegExp };

/**
 * Gateways of NestJS on Baro: `app.useWebSocketAdapter(new BaroAdapter(app))`. All gateways of a port and a path share one
 * server; the options of the first of them count, over those of the adapter.
 */
export class BaroAdapter extends AbstractWsAdapter {
  readonly #servers = new Map<string, Server>();
  readonly #options: ServerOptions;

  constructor(app: INestApplicationContext, options: ServerOptions = {}) {
    super(app);
    this.#options = options;
  }

  /** Called for each gateway; `port` is 0 where it shares the port of the application. */
  create(port: number, { namespace, ...options }: GatewayOptions = {}): Server | Namespace {
    const key = `${port}${options.path ?? this.#options.path ?? "/socket.io"}`;
    let server = this.#servers.get(key);
    if (server === undefined) {
      server = new Server(port === 0 ? this.httpServer : port, { ...this.#options, ...options });
      this.#servers.set(key, server);
    }
    return namespace === undefined ? server : server.of(namespace);
  }

  /** What a handler gives back: `{ event, data }` is emitted, anything else is the acknowledgement. */
  bindMessageHandlers(
    socket: Socket,
    handlers: WsMessageHandler[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    for (const { message, callback, isAckHandledManually } of handlers) {
      socket.on(message, (...args: unknown[]) => {
        const last = args.at(-1);
        const answer = typeof last === "function" ? last : undefined;
        if (answer !== undefined) args.pop();
        const results = transform(callback(args.length > 1 ? args : args[0], answer));
        results.pipe(filter((result) => result !== undefined && result !== null)).subscribe((result) => {
          if (isResponse(result)) socket.emit(result.event, result.data);
          else if (!isAckHandledManually) answer?.(result);
        });
      });
    }
  }

  /** Empties the server before the application ends; namespaces end with it. */
  override async close(server: Server | Namespace): Promise<void> {
    if (server instanceof Server) await server.drain({ over: 1_000 });
  }
}

function isResponse(result: unknown): result is { event: string; data: unknown } {
  return (
    typeof result === "object" && result !== null && "event" in result && typeof result.event === "string"
  );
}
