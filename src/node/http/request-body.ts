import type { IncomingMessage } from "node:http";

/** Why a body was not read to its end. */
export type BodyFault = "too large" | "aborted";

/**
 * Reads the body of `request` as UTF-8 text, and calls `done` once, with how many bytes it has. It stops as soon as more
 * than `maximum` bytes are announced or arrive: a length in the header may be missing, or a lie.
 */
export function readText(
  request: IncomingMessage,
  maximum: number,
  done: (text: string | undefined, fault: BodyFault | undefined, length: number) => void,
): void {
  if (Number(request.headers["content-length"]) > maximum) {
    done(undefined, "too large", 0);
    return;
  }
  let body: Buffer = Buffer.alloc(0);
  let length = 0;
  const receive = (chunk: Buffer): void => {
    if (length + chunk.length > maximum) {
      end(undefined, "too large");
    } else {
      body = append(body, length, chunk);
      length += chunk.length;
    }
  };
  const receiveEnd = (): void => end(body.toString("utf8", 0, length));
  const abort = (): void => end(undefined, "aborted");
  const end = (text: string | undefined, fault?: BodyFault): void => {
    request.off("data", receive).off("end", receiveEnd).off("close", abort);
    done(text, fault, length);
  };
  request.on("data", receive).on("end", receiveEnd).on("close", abort);
}

/** Bytes collect in one buffer that doubles, because a body that dribbles would pin an object for each byte. */
function append(body: Buffer, length: number, chunk: Buffer): Buffer {
  // Most bodies arrive whole.
  if (length === 0) return chunk;
  if (length + chunk.length > body.length) {
    const larger = Buffer.allocUnsafe(2 * (length + chunk.length));
    body.copy(larger, 0, 0, length);
    chunk.copy(larger, length);
    return larger;
  }
  chunk.copy(body, length);
  return body;
}
