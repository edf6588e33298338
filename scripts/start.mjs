// `npm start`: the chat, the lab and the auction on one port, from a fresh clone.
import { existsSync } from "node:fs";
import { prepare } from "./prepare.mjs";

prepare();
const start = new URL("../examples/site/start.js", import.meta.url);
if (!existsSync(start)) {
  console.error("The site is not here: examples/site/start.js is missing.");
  process.exit(1);
}
// In this process, so that Ctrl-C and SIGTERM reach the site itself and its exit code is the command's.
await import(start.href);
