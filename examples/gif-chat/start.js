import { fileURLToPath } from "node:url";
import { createChat } from "./server/server.js";

const port = Number(process.env.PORT || 3000);
const dataDir = process.env.DATA_DIR || fileURLToPath(new URL(".data", import.meta.url));

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  fail(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`);
}

const { http, close } = await createChat({ dataDir });

http.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code === "EADDRINUSE") {
    fail(`Port ${port} is taken. Stop what uses it, or choose another one: PORT=${port + 1} npm start`);
  }
  if (error.code === "EACCES")
    fail(`Port ${port} needs more rights. Choose another one: PORT=3000 npm start`);
  fail(`The GIF chat could not start: ${error.message}`);
});
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
