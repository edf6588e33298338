import type { Cancel } from "../clock.ts";

/** Calls `run` when the page is left. Workers have no such event. */
export function onUnload(run: () => void): Cancel {
  return listen(["beforeunload"], run);
}

/**
 * Calls `run` when the network is back, and when the page is: shown again, or taken out of the back-forward cache.
 * With true where no connection has outlived that, and when the network goes. Workers have a network only.
 */
export function onWake(run: (gone: boolean) => void): Cancel {
  return listen(["online", "offline", "pageshow", "visibilitychange"], ({ type, persisted }) => {
    if (type !== "visibilitychange" || !document.hidden) run(type === "offline" || persisted === true);
  });
}

function listen(types: readonly string[], run: (event: Event & { persisted?: boolean }) => void): Cancel {
  // React Native has none.
  for (const type of types) globalThis.addEventListener?.(type, run);
  return () => {
    for (const type of types) globalThis.removeEventListener?.(type, run);
  };
}
