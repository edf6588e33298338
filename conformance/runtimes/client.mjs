// `client.mjs <url>`: carries out the probe in the runtime that runs this, and prints its outcome.
import process from "node:process";
import { io } from "baro/client";
import { probe } from "./probe.mjs";

console.log(JSON.stringify(await probe(io, process.argv[2])));
