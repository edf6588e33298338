import { request as open } from "node:http";
import { within } from "./within.mjs";

/**
 * One request over a connection of its own. `fetch` keeps connections, and opens some that it never uses, for which the end
 * of a server waits.
 */
export function request(method, url) {
  const answer = new Promise((resolve, reject) => {
    const outgoing = open(url, { method, agent: false }, async (response) => {
      const type = response.headers["content-type"] ?? "";
      // A stream would not end.
      if (type.startsWith("text/event-stream")) outgoing.destroy();
      resolve({ status: response.statusCode, type, text: outgoing.destroyed ? "" : await read(response) });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
  return within(`the answer to ${method} ${url}`, answer);
}

async function read(response) {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return text;
}
