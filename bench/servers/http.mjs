import { createServer } from "node:http";

/** An HTTP server on a free port; `attach` puts the measured server on it. */
export function listenWith(attach) {
  const http = createServer();
  attach(http);
  return new Promise((resolve) => http.listen(0, "127.0.0.1", () => resolve(http.address().port)));
}
