import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const TSC = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

describe("a typed program", () => {
  // Peer first: what does not compile there, nobody may ask of Baro.
  it.each(["socket.io", "baro", "socket.io-client", "client.node", "client.browser", "ws", "websocket"])(
    "compiles against %s, with all of its types as expected",
    (make) => {
      const { stdout, status } = spawnSync(
        process.execPath,
        [TSC, "-p", join(FOLDER, `tsconfig.${make}.json`)],
        {
          encoding: "utf8",
        },
      );
      expect(stdout).toBe("");
      expect(status).toBe(0);
    },
    60_000,
  );
});
