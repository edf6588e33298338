import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Shell } from "../../../src/node/websocket/shell.ts";
import { SHELL_DEFAULTS, type ShellOptions } from "../../../src/node/websocket/shell-options.ts";
import { abortUpgrade, acceptUpgrade, holdSocket } from "../../../src/node/websocket/upgrade.ts";
import type { Role } from "../../../src/websocket/connection.ts";
import type { Deflate } from "../../../src/websocket/deflate.ts";
import { encodeAccept, parseHandshake } from "../../../src/websocket/handshake.ts";
import type { PerMessageDeflate } from "../../../src/websocket/permessage-deflate.ts";
import type { WebSocketError } from "../../../src/websocket/websocket-error.ts";

/** A shell that notes what it hears, and lets a test say what a message does. */
export class TestShell extends Shell {
  readonly messages: string[] = [];
  drains = 0;
  onMessage: (data: Buffer, isText: boolean) => void;
  /** How the connection ended. */
  readonly over: Promise<{ code: number; reason: string; error: WebSocketError | undefined }>;
  #resolve: (end: { code: number; reason: string; error: WebSocketError | undefined }) => void = () => {};
  readonly #waiting: (() => void)[] = [];

  constructor(role: Role, socket: Duplex, options: Partial<ShellOptions> = {}, deflate?: Deflate) {
    super(role, socket, { ...SHELL_DEFAULTS, ...options }, undefined, deflate);
    this.onMessage = (data, isText) => this.send(data, isText);
    this.over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  send(data: string | Uint8Array, isText = true): void {
    if (isText) this.connection.sendText(data);
    else this.connection.sendBinary(Buffer.from(data));
  }
  sendPing(data: string): void {
    this.connection.ping(Buffer.from(data));
  }
  get state(): string {
    return this.connection.state;
  }
  /** Resolves when `drained` is called next. */
  drain(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  message(data: Buffer, isText: boolean): void {
    this.messages.push(data.toString());
    this.onMessage(data, isText);
  }
  ping(data: Buffer): void {
    this.messages.push(`ping ${data}`);
  }
  pong(data: Buffer): void {
    this.messages.push(`pong ${data}`);
  }
  override closed(code: number, reason: string, error?: WebSocketError): void {
    super.closed(code, reason, error);
    this.#resolve({ code, reason, error });
  }
  protected drained(): void {
    this.drains += 1;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** An HTTP server whose every path is a WebSocket that echoes. */
export interface EchoServer {
  readonly port: number;
  readonly http: Server;
  readonly shells: TestShell[];
  /** The shell of the next connection. */
  next(): Promise<TestShell>;
  close(): Promise<void>;
}

export async function startEchoServer(
  options: Partial<ShellOptions> = {},
  deflate?: PerMessageDeflate,
): Promise<EchoServer> {
  const http = createServer((_request, response) => response.end("plain"));
  const shells: TestShell[] = [];
  const waiting: ((shell: TestShell) => void)[] = [];
  http.on("upgrade", (request, socket, head) => {
    holdSocket(socket);
    const handshake = parseHandshake(request);
    if (!("key" in handshake)) {
      abortUpgrade(socket, handshake.status, handshake.headers, handshake.message);
      return;
    }
    const agreed = deflate?.accept(handshake.extensions);
    const headers = encodeAccept(handshake.key, handshake.protocols[0], agreed?.header);
    if (!acceptUpgrade(socket, headers)) return;
    const shell = new TestShell(
      "server",
      socket,
      options,
      agreed && deflate?.open("server", agreed.parameters),
    );
    shells.push(shell);
    shell.start(head);
    waiting.shift()?.(shell);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    http,
    shells,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: async () => {
      for (const shell of shells) shell.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, "close");
    },
  };
}

/** Waits turn by turn until `condition` holds; gives up long before the test's own bound, so that nothing runs on. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`It never came true: ${condition}`);
    await new Promise(setImmediate);
  }
}
