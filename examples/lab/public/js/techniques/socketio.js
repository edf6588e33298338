/**
 * Socket.IO: events with names, over whatever gets through, and back again after a loss.
 * @param {readonly string[]} transports
 * @returns {import("./technique.d.ts").Start}
 */
export const startSocketIo = (transports) => (url, report) => {
  const socket = /** @type {import("../socket.d.ts").ClientSocket<Events, Requests>} */ (
    io({
      path: `${url}/socket.io`,
      transports,
      forceNew: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 2_000,
    })
  );

  report.state("CONNECTING");
  report.carrier(transports[0] ?? "");
  socket.io.on("open", () => {
    const { engine } = socket.io;
    report.carrier(engine.transport.name);
    engine.on("upgrade", (transport) => report.carrier(transport.name));
  });
  socket.io.on("reconnect_attempt", () => report.state("CONNECTING"));
  socket.on("connect", () => report.state("OPEN"));
  socket.on("disconnect", () => report.state("CLOSED"));
  socket.on("connect_error", () => report.state("CLOSED"));
  socket.on("address", report.address);
  socket.on("news", (news) => {
    report.news(news);
    socket.emit("reply", { n: news.n, text: "클라이언트가 답합니다" });
  });
  return {
    close() {
      socket.disconnect();
      report.state("CLOSED");
    },
  };
};

/**
 * @typedef {{
 *   news(news: import("../../../types.d.ts").News): void,
 *   address(address: import("../../../types.d.ts").SeenAddress): void,
 * }} Events
 * @typedef {{ reply(answer: { n: number, text: string }): void }} Requests
 */
