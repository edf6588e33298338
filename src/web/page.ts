import type { Cancel } from "../clock.ts";

/**
 * Calls `wake` when the network is back, and when the page is: shown again, or taken out of the back-forward cache. With
 * true where no connection has outlived that, and when the network goes. Workers have a network only.
 *
 * @param leave called when the page is left. Without one there is no listener: it would cost the page its place in the
 *   back-forward cache of some browsers.
 */
export function onPage(wake: (gone: boolean) => void, leave?: () => void): Cancel {
  const types = ["online", "offline", "pageshow", "visibilitychange"];
  if (leave) types.push("beforeunload");
  const listener = ({ type, persisted }: Event & { persisted?: boolean }): void => {
    if (type === "beforeunload") leave?.();
    else if (type !== "visibilitychange" || !document.hidden) wake(type === "offline" || persisted === true);
  };
  // React Native has no such events.
  for (const type of types) globalThis.addEventListener?.(type, listener);
  return () => {
    for (const type of types) globalThis.removeEventListener?.(type, listener);
  };
}
