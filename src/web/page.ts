import type { Cancel } from "../clock.ts";

/**
 * Calls `wake` when the network is back, and when the page is: shown again, or taken out of the back-forward cache. With
 * true where no connection has outlived that, and when the network goes. Workers have a network only.
 *
 * @param leave called when the page is left. Without one there is no listener: it would cost the page its place in the
 *   back-forward cache of some browsers.
 */
export function onPage(wake: (gone: boolean) => void, leave?: () => void): Cancel {
  const controller = new AbortController();
  const listeners = {
    online: () => wake(false),
    offline: () => wake(true),
    pageshow: (event: Event) => wake((event as PageTransitionEvent).persisted),
    visibilitychange: () => document.hidden || wake(false),
    beforeunload: leave ?? null,
  };
  // React Native has no such events.
  const target: Partial<EventTarget> = globalThis;
  for (const [type, listener] of Object.entries(listeners)) {
    target.addEventListener?.(type, listener, controller);
  }
  return () => controller.abort();
}
