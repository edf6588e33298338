import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Runs a site as a process: it listens on `PORT`, closes at Ctrl-C and SIGTERM, and says in one sentence what is in the
 * way of its start.
 * @param {{
 *   name: string,
 *   dataDir: string,
 *   open(): Promise<{ http: import("node:http").Server, close(): Promise<void> }>,
 * }} site `name`: as it begins a sentence
 */
export async function run({ name, dataDir, open }) {
  const wish = process.env.PORT || "3000";
  const port = /^\d+$/.test(wish) ? Number(wish) : Number.NaN;
  if (!(port <= 65_535)) fail(`PORT must be a number from 0 to 65535, not "${wish}".`);

  /** @param {NodeJS.ErrnoException} error */
  function cannotListen(error) {
    if (error.code === "EADDRINUSE") {
      fail(`Port ${port} is taken. Stop what uses it, or choose another one: PORT=${port + 1} npm start`);
    }
    if (error.code === "EACCES")
      fail(`Port ${port} needs more rights. Choose another one: PORT=3000 npm start`);
    fail(`${name} could not start: ${error.message}`);
  }

  // Before the data folder is touched: where the port is taken, it is most likely by a chat that uses the folder now.
  const probe = createServer().once("error", cannotListen).listen(port);
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");

  const { http, close } = await open().catch((error) =>
    fail(`The data folder ${dataDir} cannot be used: ${reason(error)}`),
  );
  http.once("error", cannotListen);
  http.listen(port, () => {
    const address = http.address();
    console.log(`http://localhost:${typeof address === "object" && address !== null ? address.port : port}`);
  });

  let stopping = false;
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    process.on(signal, async () => {
      if (stopping) process.exit(1); // asked twice: do not wait any longer
      stopping = true;
      await close();
      process.exit(0);
    });
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

/** @param {unknown} error */
const reason = (error) => (error instanceof Error ? error.message : String(error));
