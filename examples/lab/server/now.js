/** Milliseconds since 1970, finer than `Date.now()` and never going back. */
export const now = () => performance.timeOrigin + performance.now();
