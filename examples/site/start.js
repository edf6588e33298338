import { fileURLToPath } from "node:url";
import { run } from "@baro/example-gif-chat/run";
import { createSite } from "./site.js";

const dataDir = process.env.DATA_DIR || fileURLToPath(new URL("../gif-chat/.data", import.meta.url));
await run({ name: "The site", dataDir, open: () => createSite({ dataDir }) });
