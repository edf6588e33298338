import { io } from "../../src/entry/client.browser.ts";
import { probe } from "./probe.mjs";

// A script for each kind of worker: whoever sends it a message, or opens a port, gets the outcome of the probe.

const answer = async (port) => port.postMessage(await probe(io, self.location.origin).catch(String));

self.addEventListener("connect", ({ ports: [port] }) => answer(port));
self.addEventListener("message", (event) => {
  if (event.source === null) answer(self);
  else event.waitUntil(answer(event.source));
});
