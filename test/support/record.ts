/** Listeners that write down, in one list, what they hear: each its name and its arguments. */
export function record() {
  const heard: unknown[] = [];
  const listener =
    (name: string) =>
    (...args: unknown[]) => {
      heard.push([name, ...args]);
    };
  return { heard, listener };
}
