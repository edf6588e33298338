import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect } from "vitest";
import { WebSocket } from "ws";

/** A handshake, for clients that write their bytes themselves. */
export const REQUEST =
  "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** An open client of ws. */
export async function openClient(port: number): Promise<WebSocket> {
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  await once(client, "open");
  return client;
}

/** Sends a text, and gives the message that comes next. */
export async function echo(client: WebSocket, text: string): Promise<string> {
  const answer = once(client, "message");
  client.send(text);
  const [data] = await answer;
  return String(data);
}

/** A TCP client that has shaken hands and says nothing else by itself. */
export async function openRaw(port: number, behind: Buffer = Buffer.alloc(0)): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(Buffer.concat([Buffer.from(REQUEST), behind]));
  const [answer] = await once(socket, "data");
  expect(String(answer)).toContain("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  return socket;
}
