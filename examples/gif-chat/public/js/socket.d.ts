// The part of the client at /socket.io/socket.io.js that this page uses.

interface Reserved {
  connect(): void;
  disconnect(reason: string): void;
  connect_error(error: Error): void;
}

/** What the acknowledgement of a request carries. */
export type AnswerTo<Request> = Request extends (
  request: infer _,
  ack: (answer: infer Answer) => void,
) => void
  ? Answer
  : never;

export interface Engine {
  readonly transport: { readonly name: string };
  on(event: "upgrade", listener: (transport: { readonly name: string }) => void): void;
}

export interface ClientSocket<Events, Requests> {
  readonly connected: boolean;
  readonly io: { readonly engine: Engine; on(event: "reconnect_attempt", listener: () => void): void };
  connect(): this;
  disconnect(): this;
  on<Name extends keyof (Events & Reserved)>(name: Name, listener: (Events & Reserved)[Name]): this;
  emit<Name extends keyof Requests>(
    name: Name,
    ...args: Requests[Name] extends (...args: infer Args) => void ? Args : never
  ): this;
  timeout(ms: number): {
    emit(name: keyof Requests, request: object, ack: (error: Error | null, answer: unknown) => void): void;
  };
}

declare global {
  function io(namespace: string, options: object): unknown;
}
