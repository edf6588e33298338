import proxyAddr from "proxy-addr";

/**
 * Where the client is, three times: by the connection, by the header that anybody can write, and by the header as far
 * as it comes from a proxy of this machine. The last is what Express and Baro say where they trust "loopback".
 * @param {import("node:http").IncomingMessage} request
 * @returns {import("../types.d.ts").SeenAddress}
 */
export function addressOf(request) {
  const forwarded = request.headers["x-forwarded-for"];
  return {
    socket: request.socket.remoteAddress ?? "",
    forwarded: typeof forwarded === "string" ? forwarded : null,
    client: proxyAddr(request, "loopback"),
  };
}
