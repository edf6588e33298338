import { describe, it } from "vitest";
import { DEEDS } from "./deeds.ts";

describe("what is proved by a deed", () => {
  for (const { id, prove } of DEEDS) it(id, prove);
});
