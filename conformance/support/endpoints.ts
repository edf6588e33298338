import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { dial } from "../../src/node/client/dial.ts";
import { abortUpgrade, acceptUpgrade, holdSocket } from "../../src/node/websocket/upgrade.ts";
import type { Role } from "../../src/websocket/connection.ts";
import { acceptHeaders, parseHandshake } from "../../src/websocket/handshake.ts";
import { startEchoServer, TestShell } from "../../test/node/websocket/echo-server.ts";
import type { Subject } from "../rfc6455/case.ts";
import { RawPeer, RawServer } from "./raw-peer.ts";
import { CERT, KEY } from "./tls.ts";

/** As the WebSocket entry has it: a program may send 16 MB in one go. */
const OPTIONS = { maxQueued: 0 };

/** A subject over a real socket, and its peer over bare TCP. */
export interface Pair {
  readonly subject: Subject;
  readonly peer: RawPeer;
}

/** Makes pairs, one TCP connection each. */
export interface Endpoint {
  pair(): Promise<Pair>;
  close(): Promise<void>;
}

export function openEndpoint(role: Role): Promise<Endpoint> {
  return role === "server" ? openServer() : openClient();
}

async function openServer(): Promise<Endpoint> {
  const server = await startEchoServer(OPTIONS);
  return {
    async pair() {
      const [subject, peer] = await Promise.all([server.next(), RawPeer.dial(server.port)]);
      return { subject: asSubject(subject), peer };
    },
    close: () => server.close(),
  };
}

async function openClient(): Promise<Endpoint> {
  let called: (peer: RawPeer) => void = () => {};
  const server = await RawServer.listenWebSocket((peer) => called(peer));
  return {
    async pair() {
      const peer = new Promise<RawPeer>((resolve) => {
        called = resolve;
      });
      const subject = await new Promise<TestShell>((resolve, reject) => {
        dial(
          `ws://127.0.0.1:${server.port}`,
          {},
          (socket, head) => {
            const shell = new TestShell("client", socket, OPTIONS);
            shell.start(head);
            resolve(shell);
          },
          reject,
        );
      });
      return { subject: asSubject(subject), peer: await peer };
    },
    close: async () => server.close(),
  };
}

function asSubject(shell: TestShell): Subject {
  return {
    sendText: (data) => shell.send(data),
    sendBinary: (data) => shell.send(data, false),
    sendPing: (data) => shell.sendPing(data),
    close: (code, reason) => shell.close(code, reason),
  };
}

/** A server for handshakes that agrees to the subprotocols `chat` and `superchat`. */
export async function openHandshakeServer(
  options: { readonly path?: string; readonly origin?: string } = {},
): Promise<{
  readonly port: number;
  /** HTTP requests that it took for anything but a handshake. */
  readonly plainRequests: number;
  close(): void;
}> {
  let plainRequests = 0;
  const http = createServer((_request, response) => {
    plainRequests += 1;
    response.end();
  });
  const shells = new Set<TestShell>();
  http.on("upgrade", (request, socket, head) => {
    holdSocket(socket);
    const handshake = parseHandshake(request);
    if (!("key" in handshake)) {
      abortUpgrade(socket, handshake.status, handshake.headers, handshake.message);
      return;
    }
    if (options.path !== undefined && request.url !== options.path) return abortUpgrade(socket, 400);
    if (options.origin !== undefined && request.headers.origin !== options.origin)
      return abortUpgrade(socket, 403);
    const protocol = handshake.protocols.find((name) => name === "chat" || name === "superchat");
    if (!acceptUpgrade(socket, acceptHeaders(handshake.key, protocol))) return;
    const shell = new TestShell("server", socket);
    shells.add(shell);
    shell.start(head);
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return {
    port: (http.address() as AddressInfo).port,
    get plainRequests() {
      return plainRequests;
    },
    close() {
      for (const shell of shells) shell.terminate();
      http.closeAllConnections();
      http.close();
    },
  };
}

/** Dials, says what came of it, and hangs up. */
export function dialOnce(url: string, protocols: readonly string[] = []): Promise<"open" | "failed"> {
  return new Promise((resolve) => {
    dial(
      url,
      { protocols },
      (socket) => {
        socket.destroy();
        resolve("open");
      },
      () => resolve("failed"),
    );
  });
}

/** An echo over TLS, and a client that trusts its certificate. */
export async function startTlsEcho(): Promise<{
  ask(text: string): Promise<string>;
  close(): Promise<void>;
}> {
  const https = createHttpsServer({ cert: CERT, key: KEY });
  https.on("upgrade", (request, socket, head) => {
    const handshake = parseHandshake(request);
    if (!("key" in handshake) || !acceptUpgrade(socket, acceptHeaders(handshake.key))) return;
    new TestShell("server", socket).start(head);
  });
  https.listen(0, "127.0.0.1");
  await once(https, "listening");
  const url = `wss://localhost:${(https.address() as AddressInfo).port}/`;
  const shell = await new Promise<TestShell>((resolve, reject) => {
    dial(
      url,
      { request: { ca: CERT } },
      (socket, head) => {
        const client = new TestShell("client", socket);
        client.start(head);
        resolve(client);
      },
      reject,
    );
  });
  return {
    ask(text) {
      return new Promise((resolve) => {
        shell.onMessage = (data) => resolve(data.toString());
        shell.send(text);
      });
    },
    async close() {
      shell.terminate();
      https.closeAllConnections();
      https.close();
    },
  };
}
