// What the client is asked to do in each runtime. It takes nothing that is not everywhere.

const WAYS = [["polling"], ["websocket"], ["polling", "websocket"]];

/** What {@link probe} gives where all is well. */
export const OUTCOME = WAYS.map((transports) => ({
  transport: transports.at(-1),
  text: "바로",
  bytes: [1, 2, 255],
  pushed: [1, { two: [3] }, [4, 5]],
  reason: "transport close",
  again: [255, 2, 1],
}));

/**
 * Connects to a server of `startServer` over polling, over WebSocket, and from one to the other: an event each way, text and
 * bytes with acknowledgements, and a connection that is lost.
 */
export async function probe(io, url) {
  const outcome = [];
  for (const transports of WAYS) {
    const socket = io(url, { transports, forceNew: true, reconnectionDelay: 10 });
    const next = (event) => new Promise((resolve) => socket.once(event, (...args) => resolve(args)));
    const pushed = next("pushed");
    const text = await socket.emitWithAck("echo", "바로");
    const bytes = await socket.emitWithAck("echo", new Uint8Array([1, 2, 255]));
    const [one, two, binary] = await pushed;
    while (socket.io.engine.transport.name !== transports.at(-1)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const transport = socket.io.engine.transport.name;
    const lost = next("disconnect");
    const back = next("connect");
    await socket.emitWithAck("drop me");
    const [reason] = await lost;
    await back;
    const again = await socket.emitWithAck("echo", new Uint8Array([255, 2, 1]).buffer);
    socket.disconnect();
    outcome.push({
      ...{ transport, text, bytes: toList(bytes), pushed: [one, two, toList(binary)] },
      ...{ reason, again: toList(again) },
    });
  }
  return outcome;
}

/** Binary data is a Buffer in Node, and an ArrayBuffer elsewhere. */
function toList(binary) {
  return [...new Uint8Array(binary)];
}
