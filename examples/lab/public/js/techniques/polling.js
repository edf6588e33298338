const EVERY_MS = 1_000;

/**
 * Plain polling: ask, wait a second, ask again.
 * @type {import("./technique.d.ts").Start}
 */
export function startPolling(url, report) {
  const leaving = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let known = "";

  async function ask() {
    report.state("OPEN");
    try {
      const response = await fetch(`${url}/news${known}`, { signal: leaving.signal, cache: "no-store" });
      const { run, latest, news, address } = await response.json();
      known = `?run=${run}&after=${latest}`;
      if (address !== undefined) report.address(address);
      for (const each of news) {
        report.news(each);
        answer(url, each.n);
      }
    } catch {
      // Nobody was there. The next question comes anyway.
    }
    if (leaving.signal.aborted) return;
    report.state("CLOSED");
    timer = setTimeout(ask, EVERY_MS);
  }

  report.carrier("HTTP");
  ask();
  return {
    close() {
      clearTimeout(timer);
      leaving.abort();
      report.state("CLOSED");
    },
  };
}

/**
 * The way up of polling and SSE: a request for each answer.
 * @param {string} url
 * @param {number} n
 */
export function answer(url, n) {
  const body = JSON.stringify({ n, text: "클라이언트가 답합니다" });
  fetch(`${url}/answers`, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(
    () => {},
  );
}
