import { Server } from "baro";
import { now } from "./now.js";

/**
 * @typedef {import("../types.d.ts").ToPage} ToPage
 * @typedef {import("../types.d.ts").ToSite} ToSite
 */

/**
 * How a page and the site talk about a visit. The visit begins and ends with this connection.
 * @param {import("node:http").Server} http
 * @param {{
 *   path: string,
 *   visits: import("./visits.js").Visits,
 *   limits: import("./limits.js").LabLimits,
 *   trustProxy: import("baro").TrustProxy | undefined,
 * }} options
 */
export function serveControl(http, { path, visits, limits, trustProxy }) {
  /** @type {Server<ToSite, ToPage>} */
  const io = new Server(http, {
    path,
    maxHttpBufferSize: 4 * 1024,
    // Those who find no room wait for their answer, too.
    maxConnections: limits.visits + 8,
    messageRate: 20,
    // A page that does not read what it is told is gone.
    maxQueued: 512 * 1024,
    ...(trustProxy !== undefined && { trustProxy }),
  });

  io.use((socket, next) => {
    next(visits.admits(addressOf(socket)) ? undefined : new Error("full"));
  });

  io.on("connection", (socket) => {
    const visit = visits.open(addressOf(socket), {
      batch: (batch) => socket.emit("wire", batch),
      demo: (state) => socket.emit("demo", state),
    });
    let idle = setTimeout(leave, limits.idleMs);
    function leave() {
      socket.emit("idle");
      socket.disconnect(true);
    }

    socket.emit("visit", { id: visit.id, network: visit.network, demo: visit.demo });
    socket.on("network", (wish, answer) => {
      if (typeof wish !== "object" || wish === null || typeof answer !== "function") return;
      const { slow, blocked, proxied } = wish;
      visit.change({ slow: slow === true, blocked: blocked === true, proxied: proxied === true });
      answer(visit.network);
    });
    socket.on("cut", () => visit.cut());
    socket.on("stop", () => visit.stop());
    socket.on("here", () => {
      clearTimeout(idle);
      idle = setTimeout(leave, limits.idleMs);
    });
    socket.on("clock", (answer) => {
      if (typeof answer === "function") answer(now());
    });
    socket.on("disconnect", () => {
      clearTimeout(idle);
      visits.close(visit);
    });
  });

  return io;
}

/**
 * A port that hears IPv4 and IPv6 gives addresses of IPv4 inside those of IPv6.
 * @param {{ readonly handshake: { readonly address: string } }} socket
 */
const addressOf = ({ handshake }) => handshake.address.replace(/^::ffff:(?=\d+\.)/, "");
