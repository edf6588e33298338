import { createServer } from "node:http";
import express from "express";
import { mountLab } from "./server/lab.js";

// The lab alone. `npm start` in the root of the repository has it beside the chat and the auction.
const app = express();
app.disable("x-powered-by");
app.get("/", (_request, response) => response.redirect("/lab"));
const http = createServer(app);
const lab = await mountLab({ app, http });
const port = Number(process.env.PORT || 3000);
http.listen(port, () => {
  const address = http.address();
  console.log(
    `http://localhost:${typeof address === "object" && address !== null ? address.port : port}/lab`,
  );
});

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
  process.on(signal, async () => {
    await lab.close();
    process.exit(0);
  });
}
