// `npm start`: the GIF chat, from a fresh clone.
import { existsSync } from "node:fs";
import { prepare } from "./prepare.mjs";

prepare();
const start = new URL("../examples/gif-chat/start.js", import.meta.url);
if (!existsSync(start)) {
  console.error("The GIF chat is not here: examples/gif-chat/start.js is missing.");
  process.exit(1);
}
// In this process, so that Ctrl-C and SIGTERM reach the chat itself and its exit code is the command's.
await import(start.href);
