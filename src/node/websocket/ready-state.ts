/** The states of a WebSocket, with the numbers of the HTML standard. */
export const ReadyState = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;
export type ReadyState = (typeof ReadyState)[keyof typeof ReadyState];

/** In the words that programs match on. */
export function notOpen(state: ReadyState): Error {
  const name = Object.keys(ReadyState)[state];
  return new Error(`WebSocket is not open: readyState ${state} (${name})`);
}
