import type { Output, StandardSchema } from "./standard-schema.ts";

/** The schema of the one argument of an event, or those of all its arguments. An acknowledgement is none of them. */
export type ArgumentSchemas = StandardSchema | readonly StandardSchema[];

/** Schemas by the names of events. */
export type EventSchemas = Readonly<Record<string, ArgumentSchemas>>;

type Outputs<Schemas> = Schemas extends readonly StandardSchema[]
  ? { -readonly [Index in keyof Schemas]: Output<Schemas[Index]> }
  : [Output<Schemas>];

// biome-ignore lint/suspicious/noExplicitAny: what an acknowledgement brings has no schema
type Acknowledge = (...args: any[]) => void;

/** The events of those schemas: each with what comes out of them, and then the acknowledgement, where one is asked for. */
export type SchemaEvents<Schemas extends EventSchemas> = {
  [Name in keyof Schemas]: (...args: [...Outputs<Schemas[Name]>, acknowledge?: Acknowledge]) => void;
};

/** How events are validated. */
export interface SchemaOptions {
  /** Whether events without a schema are refused; false by default. */
  strict?: boolean;
  /** Milliseconds that a schema may take which gives a promise; 30,000 by default. Then the event is refused. */
  timeout?: number;
  /**
   * Events of one client that may wait for such a schema; 1,000 by default. With more, its connection is closed: an
   * endless queue would fill the memory.
   */
  maxWaiting?: number;
}

/** What is wrong with one argument of an event. */
export interface EventIssue {
  /** Which argument; the first one is 0. */
  readonly argument: number;
  /** Where in it; empty for all of it. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** Told by `error` of the socket: an event of the client did not fit its schema. No listener heard it. */
export class EventError extends Error {
  readonly code = "BARO_INVALID_EVENT";
  readonly event: string;
  readonly issues: readonly EventIssue[];

  constructor(event: string, issues: readonly EventIssue[]) {
    super(`The event "${event}" is not valid: ${issues.map(({ message }) => message).join("; ")}`);
    this.name = "EventError";
    this.event = event;
    this.issues = issues;
  }

  /** What the client gets as its acknowledgement. */
  toAnswer(): { readonly error: { code: string; message: string; issues: readonly EventIssue[] } } {
    const { code, message, issues } = this;
    return { error: { code, message, issues } };
  }
}
