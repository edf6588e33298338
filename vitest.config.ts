import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/entry/${path}.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run against the sources, so that a failing line is the line one edits.
    alias: [
      { find: /^baro$/, replacement: source("server") },
      { find: /^baro\/client$/, replacement: source("client.node") },
      { find: /^baro\/react$/, replacement: source("react.node") },
      { find: /^baro\/sse$/, replacement: source("sse") },
      { find: /^baro\/websocket$/, replacement: source("websocket") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts", "conformance/**/*.test.ts", "examples/**/*.test.ts"],
    // What a test does, or waits for, may take its time on a machine that is busy: the longest of those that compute take
    // five seconds alone. These are for what hangs.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
