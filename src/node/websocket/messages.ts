import type { MessageData } from "./event-target.ts";
import type { WebSocket } from "./websocket.ts";

/** Messages that wait before reading pauses, so that a slow loop holds the peer back instead of filling the memory. */
const HIGH_WATER = 16;

/**
 * The messages of `socket` for a `for await` loop: text as strings, anything else as `binaryType` says. It ends when
 * the connection does, throws what `error` says, and closes the connection when the loop is left before.
 */
export async function* messagesOf(socket: WebSocket): AsyncGenerator<MessageData, void, undefined> {
  const waiting: MessageData[] = [];
  let fault: Error | undefined;
  let wake = (): void => {};
  const receive = (data: unknown, isBinary: boolean): void => {
    waiting.push(isBinary ? data : String(data));
    if (waiting.length >= HIGH_WATER) socket.pause();
    wake();
  };
  const fail = (error: Error): void => {
    fault = error;
  };
  const close = (): void => wake();
  socket.on("message", receive).on("error", fail).on("close", close);
  try {
    for (;;) {
      while (waiting.length > 0) {
        const data = waiting.shift();
        if (waiting.length === 0) socket.resume();
        yield data;
      }
      if (socket.readyState === socket.CLOSED) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    if (fault !== undefined) throw fault;
  } finally {
    socket.off("message", receive).off("error", fail).off("close", close);
    socket.resume();
    socket.close();
  }
}
