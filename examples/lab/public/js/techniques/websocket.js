/** @type {readonly import("./technique.d.ts").State[]} */
const STATES = ["CONNECTING", "OPEN", "CLOSING", "CLOSED"];

/**
 * WebSocket, with nothing around it: who wants it back after a loss has to write that.
 * @type {import("./technique.d.ts").Start}
 */
export function startWebSocket(url, report) {
  const socket = new WebSocket(new URL(`${url}/ws`, location.href.replace(/^http/, "ws")));
  const state = () => report.state(STATES[socket.readyState] ?? "CLOSED");

  report.carrier("WebSocket");
  state();
  socket.addEventListener("open", state);
  socket.addEventListener("close", state);
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.address !== undefined) {
      report.address(message.address);
      return;
    }
    report.news(message);
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify({ n: message.n, text: "클라이언트가 답합니다" }));
    }
  });
  return {
    close() {
      socket.close(1000);
      state();
    },
  };
}
