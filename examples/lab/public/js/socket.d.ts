// The part of the client at /lab/control/socket.io.js that this page uses.

interface Reserved {
  connect(): void;
  disconnect(reason: string): void;
  connect_error(error: Error): void;
}

export interface Engine {
  readonly transport: { readonly name: string };
  on(event: "upgrade", listener: (transport: { readonly name: string }) => void): void;
}

export interface ClientSocket<Events, Requests> {
  readonly connected: boolean;
  readonly active: boolean;
  readonly io: {
    readonly engine: Engine;
    on(event: "reconnect_attempt" | "open" | "reconnect_failed", listener: () => void): void;
  };
  connect(): this;
  disconnect(): this;
  on<Name extends keyof (Events & Reserved)>(name: Name, listener: (Events & Reserved)[Name]): this;
  emit<Name extends keyof Requests>(
    name: Name,
    ...args: Requests[Name] extends (...args: infer Args) => void ? Args : never
  ): this;
}

declare global {
  function io(options: object): unknown;
}
