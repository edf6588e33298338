// The demo's server, a process of its own: `server/demo-process.js` starts it, and kills it.
import { once } from "node:events";
import { createDemo } from "./demo.js";

const http = createDemo();
http.listen(0, "127.0.0.1");
await once(http, "listening");
const address = http.address();
if (typeof address === "object" && address !== null) process.send?.({ port: address.port });
// Nobody is left to end it.
process.on("disconnect", () => process.exit());
