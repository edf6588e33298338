import { fileURLToPath } from "node:url";
import { run } from "./run.js";
import { createChat } from "./server/server.js";

// The chat alone. `npm start` in the root of the repository has the lab and the auction beside it.
const dataDir = process.env.DATA_DIR || fileURLToPath(new URL(".data", import.meta.url));
await run({ name: "The GIF chat", dataDir, open: () => createChat({ dataDir }) });
