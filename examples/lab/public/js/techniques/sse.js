import { answer } from "./polling.js";

/** @type {readonly import("./technique.d.ts").State[]} */
const STATES = ["CONNECTING", "OPEN", "CLOSED"];

/**
 * Server-Sent Events: the browser's own EventSource comes back by itself.
 * @type {import("./technique.d.ts").Start}
 */
export function startSse(url, report) {
  const source = new EventSource(`${url}/stream`);
  const state = () => report.state(STATES[source.readyState] ?? "CLOSED");

  report.carrier("HTTP");
  state();
  source.addEventListener("open", state);
  source.addEventListener("error", state);
  source.addEventListener("address", ({ data }) => report.address(JSON.parse(data)));
  source.addEventListener("news", ({ data }) => {
    const news = JSON.parse(data);
    report.news(news);
    answer(url, news.n);
  });
  return {
    close() {
      source.close();
      state();
    },
  };
}
