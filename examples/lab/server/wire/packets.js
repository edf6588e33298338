const ENGINE = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const SEPARATOR = "\u001e";
/** Events and acknowledgements of Socket.IO, but for those that Baro's client and server tell each other, "~ack". */
const OF_THE_APPLICATION = /^4(?:[356]|2(?!\["~))/;

/**
 * Whether the packets of Engine.IO in a frame or a payload say something of the application: an event or an
 * acknowledgement of Socket.IO. All else keeps the connection going.
 * @param {string} payload
 */
export const saysSomething = (payload) =>
  payload.split(SEPARATOR).some((packet) => OF_THE_APPLICATION.test(packet));

/**
 * Names the packets in a payload, before the packets themselves: "ping 2".
 * @param {string} payload
 */
export function namePackets(payload) {
  const packets = payload.split(SEPARATOR);
  return packets
    .map((packet) => {
      const name = ENGINE[Number(packet[0] ?? Number.NaN)];
      return name === undefined ? packet : `${name} ${packet}`;
    })
    .join(" + ");
}
