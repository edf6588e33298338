import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { mountAuction } from "./server/auction.js";

// The auction alone. `npm start` in the root of the repository has it beside the chat and the lab.
const app = express();
app.disable("x-powered-by");
app.get("/", (_request, response) => response.redirect("/auction"));
const http = createServer(app);
const dataDir = process.env.DATA_DIR || fileURLToPath(new URL(".data", import.meta.url));
const auction = await mountAuction({ app, http, dataDir });
const port = Number(process.env.PORT || 3000);
http.listen(port, () => {
  const address = http.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  console.log(`http://localhost:${actual}/auction`);
});

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, async () => {
    await auction.close();
    process.exit(0);
  });
}
