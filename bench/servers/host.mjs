// Runs one server in a process of its own, so that its CPU time and memory are nobody else's, and answers each
// message of the parent with what it has used so far. Runs in Node and in Bun.
import { memoryUsage } from "node:process";

const [name, options] = process.argv.slice(2);
const { listen } = await import(new URL(`./${name}.mjs`, import.meta.url).href);
const port = await listen(JSON.parse(options));

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpu: user + system, memory: memoryUsage.rss?.() ?? memoryUsage().rss });
});
process.on("disconnect", () => process.exit());
process.send({ port });
