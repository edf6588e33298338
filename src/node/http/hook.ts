import { clock } from "../process.ts";

/** What became of a question to a hook of the user's. */
export type HookOutcome<Answer> =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "silent" };

/**
 * Asks a hook that answers by callback, and calls `done` once, whatever the hook does: throw, reject, answer twice,
 * or never. Without a bound, each request to a hook that hangs would stay for ever.
 */
export function askHook<Answer>(
  hook: (callback: (error: unknown, answer: Answer) => void) => unknown,
  timeout: number,
  done: (outcome: HookOutcome<Answer>) => void,
): void {
  let outcome: HookOutcome<Answer> | undefined;
  let settled: ((outcome: HookOutcome<Answer>) => void) | undefined;
  const settle = (first: HookOutcome<Answer>): void => {
    if (outcome !== undefined) return;
    outcome = first;
    settled?.(first);
  };
  try {
    const returned = hook((error, answer) =>
      settle(error ? { kind: "failed", error } : { kind: "answered", answer }),
    );
    if (returned instanceof Promise) returned.catch((error: unknown) => settle({ kind: "failed", error }));
  } catch (error) {
    settle({ kind: "failed", error });
  }
  // Only now, so that what `done` throws is not taken for the hook's.
  if (outcome !== undefined) {
    done(outcome);
    return;
  }
  const cancel = clock.after(timeout, () => settle({ kind: "silent" }));
  settled = (first) => {
    cancel();
    done(first);
  };
}
