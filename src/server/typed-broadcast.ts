import type { EventsMap } from "../emitter.ts";

type Answers<Item> = Item extends (...args: infer Values) => infer Result
  ? Values extends [Error, infer Value, ...unknown[]]
    ? (error: Error, answers: Value[]) => Result
    : Values extends [infer Value, ...unknown[]]
      ? (answers: Value[]) => Result
      : Item
  : Item;

/** The same events, with one array of all clients' answers in each acknowledgement. */
export type BroadcastEvents<Events extends EventsMap> = {
  [Name in keyof Events]: Events[Name] extends (...args: infer Args) => infer Result
    ? (...args: { [Key in keyof Args]: Answers<Args[Key]> }) => Result
    : Events[Name];
};
