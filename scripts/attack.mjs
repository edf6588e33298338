// `npm run attack`: the catalogue of attacks with a clock. Prints what an honest client on the same server felt.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { prepare, root } from "./prepare.mjs";

prepare();
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "conformance/attacks", "--reporter=dot", "--disable-console-intercept"],
  { cwd: root, stdio: "inherit", env: { ...process.env, BARO_ATTACK_CLOCK: "1" } },
);
process.exit(status ?? 1);
