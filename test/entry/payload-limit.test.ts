import { io as connectStock } from "socket.io-client";
import { describe, expect, it, onTestFinished } from "vitest";
import { io as connectOurs } from "../../src/entry/client.node.ts";
import { Server, type ServerOptions, type Socket } from "../../src/entry/server.ts";
import { listen } from "../support/http.ts";

/** As far as the clients of both makes show it. */
interface Details {
  readonly message?: string;
  readonly description: unknown;
  readonly context: { status?: number; responseText?: string; code?: number; reason?: string };
}

interface AnyClient {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, data: string): unknown;
  disconnect(): unknown;
}

async function start(options: ServerOptions) {
  const { server, port } = await listen();
  const io = new Server(server, options);
  onTestFinished(() => io.close());
  return { io, url: `http://127.0.0.1:${port}` };
}

const clients: readonly [string, (url: string, transport: string) => AnyClient][] = [
  [
    "socket.io-client",
    (url, transport) => connectStock(url, { transports: [transport], reconnection: false, forceNew: true }),
  ],
  [
    "baro/client",
    (url, transport) =>
      connectOurs(url, {
        transports: [transport as "polling" | "websocket"],
        reconnection: false,
        forceNew: true,
      }),
  ],
];

describe.each(clients)("%s hears why it is turned away", (name, open) => {
  /** The client of Socket.IO has the response, but in Node no body of it. */
  const bodyOf = ({ responseText = "" }: Details["context"]): unknown =>
    name === "baro/client" ? JSON.parse(responseText) : undefined;
  const told = (body: object): unknown => (name === "baro/client" ? body : undefined);

  async function sendTooMuch(transport: string) {
    const { io, url } = await start({ maxHttpBufferSize: 1000 });
    const connected = new Promise<Socket>((resolve) => io.once("connection", resolve));
    const client = open(url, transport);
    onTestFinished(() => void client.disconnect());
    const atClient = new Promise<[string, Details]>((resolve) =>
      client.on("disconnect", (...args: never[]) => resolve(args as unknown as [string, Details])),
    );
    const socket = await connected;
    const atServer = new Promise<[string, unknown]>((resolve) =>
      socket.on("disconnect", (...args) => resolve(args as [string, unknown])),
    );
    client.emit("long", "x".repeat(2000));
    return { atClient: await atClient, atServer: await atServer };
  }

  it("with a message over the limit, over WebSocket", async () => {
    const { atClient, atServer } = await sendTooMuch("websocket");
    const [reason, { description, context }] = atClient;
    expect([reason, description]).toEqual(["transport close", "websocket connection closed"]);
    expect([context.code, context.reason]).toEqual([1009, "Max payload size exceeded"]);
    expect(atServer[0]).toBe("transport error");
    expect(atServer[1]).toMatchObject({
      code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH",
      message: "Max payload size exceeded",
    });
  });

  it("with a message over the limit, over polling", async () => {
    const { atClient, atServer } = await sendTooMuch("polling");
    const [reason, { message, description, context }] = atClient;
    expect([reason, message, description]).toEqual(["transport error", "xhr post error", 413]);
    expect(context.status).toBe(413);
    expect(bodyOf(context)).toEqual(told({ code: 3, message: "Payload too large" }));
    expect(atServer).toEqual(["transport error", "POST too large"]);
  });

  it("when it may not connect", async () => {
    const { url } = await start({
      allowRequest: (_request, done) => done("Come back tomorrow", false),
    });
    const client = open(url, "polling");
    const [{ message, description, context }] = await new Promise<[Details]>((resolve) =>
      client.on("connect_error", (...args: never[]) => resolve(args as unknown as [Details])),
    );
    expect([message, description, context.status]).toEqual(["xhr poll error", 403, 403]);
    expect(bodyOf(context)).toEqual(told({ code: 4, message: "Come back tomorrow" }));
  });
});
