import type { Cancel } from "../clock.ts";

/** Calls `run` when the page is left. Workers have no such event. */
export function onUnload(run: () => void): Cancel {
  if (typeof addEventListener !== "function") return () => {};
  addEventListener("beforeunload", run);
  return () => removeEventListener("beforeunload", run);
}
