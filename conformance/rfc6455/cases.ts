import type { Case } from "./case.ts";
import { CLOSING } from "./cases/closing.ts";
import { CONTROL_FRAMES } from "./cases/control.ts";
import { FRAGMENTATION } from "./cases/fragmentation.ts";
import { FRAMING } from "./cases/framing.ts";
import { LIMITS } from "./cases/limits.ts";
import { UTF8 } from "./cases/utf8.ts";

/** All cases of an open connection, by the class that public suites give them. */
export const CASES: Readonly<Record<string, readonly Case[]>> = {
  framing: FRAMING,
  "control frames": CONTROL_FRAMES,
  fragmentation: FRAGMENTATION,
  "UTF-8": UTF8,
  closing: CLOSING,
  limits: LIMITS,
};
