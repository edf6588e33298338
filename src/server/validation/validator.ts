import type { Clock } from "../../clock.ts";
import { BaroError, ERR_OPTION } from "../../errors.ts";
import { throwLater } from "../../report.ts";
import type { Acknowledge } from "../client-socket.ts";
import type { EventData } from "../member.ts";
import { EventError, type EventIssue, type EventSchemas, type SchemaOptions } from "./event-schemas.ts";
import type { StandardIssue, StandardResult, StandardSchema } from "./standard-schema.ts";

/** Whose events are validated. */
export interface ValidatedSocket {
  readonly connected: boolean;
  /** Takes an event that fits its schema. */
  deliverValid(data: EventData, acknowledge: Acknowledge | undefined, isTaken: boolean): void;
  /** Hears of one that does not. */
  refuse(error: EventError, acknowledge: Acknowledge | undefined): void;
  /** Too many events wait. */
  overflow(): void;
  /** Runs code of the application: what it throws surfaces later. */
  guard(run: () => void): void;
}

type Result = StandardResult<unknown>;

/** The events of one socket that wait for a schema which takes its time: they are heard in the order in which they came. */
interface Line {
  isBusy: boolean;
  readonly waiting: (() => void)[];
}

/** Holds the events of a namespace's clients against their schemas, before anything of the application sees them. */
export class Validator {
  readonly #clock: Clock;
  readonly #schemas = new Map<string, readonly StandardSchema[]>();
  readonly #lines = new Map<ValidatedSocket, Line>();
  #options: Required<SchemaOptions> = { strict: false, timeout: 30_000, maxWaiting: 1_000 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Adds schemas. @throws BaroError `BARO_OPTION` for what is none. */
  declare(schemas: EventSchemas, options: SchemaOptions): void {
    for (const [event, given] of Object.entries(schemas)) {
      const list = (Array.isArray(given) ? given : [given]) as readonly StandardSchema[];
      if (!list.every(isSchema)) {
        throw new BaroError(
          ERR_OPTION,
          `The event "${event}" needs a schema that follows Standard Schema 1, or a list.`,
        );
      }
      this.#schemas.set(event, list);
    }
    this.#options = { ...this.#options, ...options };
  }

  /**
   * An event of a client came.
   * @param isTaken whether it is handled also when its connection is lost meanwhile.
   */
  receive(
    socket: ValidatedSocket,
    data: EventData,
    acknowledge: Acknowledge | undefined,
    isTaken: boolean,
  ): void {
    const line = this.#lines.get(socket);
    if (line === undefined) {
      this.#check(socket, data, acknowledge, isTaken);
      return;
    }
    const isFull = line.waiting.length >= this.#options.maxWaiting;
    // What was taken is heard, also the event at which the connection ends: there is no other after it.
    if (!isFull || isTaken) {
      line.waiting.push(() => {
        if (isTaken || socket.connected) this.#check(socket, data, acknowledge, isTaken);
      });
    }
    if (isFull) socket.overflow();
  }

  #check(
    socket: ValidatedSocket,
    data: EventData,
    acknowledge: Acknowledge | undefined,
    isTaken: boolean,
  ): void {
    const [event, ...args] = data;
    const schemas = this.#schemas.get(event);
    if (schemas === undefined && !this.#options.strict) {
      socket.deliverValid(data, acknowledge, isTaken);
      return;
    }
    const finish = (results: readonly Result[]): void => {
      const issues = results.flatMap(({ issues = [] }, argument) =>
        issues.map((issue) => toIssue(issue, argument)),
      );
      if (issues.length > 0) socket.refuse(new EventError(event, issues), acknowledge);
      else
        socket.deliverValid(
          [event, ...results.map((each) => ("value" in each ? each.value : undefined))],
          acknowledge,
          isTaken,
        );
    };
    const refuse = (argument: number, message: string): void =>
      socket.refuse(new EventError(event, [{ argument, path: [], message }]), acknowledge);
    if (schemas === undefined) {
      refuse(0, "no such event");
      return;
    }
    if (args.length > schemas.length) {
      refuse(schemas.length, "one argument too many");
      return;
    }
    let results: (Result | Promise<Result>)[];
    try {
      results = schemas.map((schema, index) => schema["~standard"].validate(args[index]));
    } catch (error) {
      // The schema's own fault, and not the client's.
      throwLater(error, this.#clock);
      refuse(0, "it could not be validated");
      return;
    }
    if (results.some(isPromise)) this.#wait(socket, results, isTaken, finish, refuse);
    else finish(results as Result[]);
  }

  #wait(
    socket: ValidatedSocket,
    results: readonly (Result | Promise<Result>)[],
    isTaken: boolean,
    finish: (results: readonly Result[]) => void,
    refuse: (argument: number, message: string) => void,
  ): void {
    const line: Line = this.#lines.get(socket) ?? { isBusy: false, waiting: [] };
    this.#lines.set(socket, line);
    line.isBusy = true;
    let settled = false;
    const settle = (run: () => void): void => {
      if (settled) return;
      settled = true;
      cancel();
      line.isBusy = false;
      if (isTaken || socket.connected) socket.guard(run);
      this.#proceed(socket, line);
    };
    const cancel = this.#clock.after(this.#options.timeout, () =>
      settle(() => refuse(0, "it could not be validated in time")),
    );
    Promise.all(results).then(
      (all) => settle(() => finish(all)),
      (error) => {
        throwLater(error, this.#clock);
        settle(() => refuse(0, "it could not be validated"));
      },
    );
  }

  #proceed(socket: ValidatedSocket, line: Line): void {
    while (!line.isBusy) {
      const next = line.waiting.shift();
      if (next === undefined) {
        this.#lines.delete(socket);
        return;
      }
      socket.guard(next);
    }
  }
}

function isSchema(value: unknown): value is StandardSchema {
  // arktype's schemas are functions.
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const { "~standard": standard } = value as Partial<StandardSchema>;
  return standard?.version === 1 && typeof standard.validate === "function";
}

function isPromise(result: Result | Promise<Result>): result is Promise<Result> {
  return "then" in result && typeof result.then === "function";
}

function toIssue({ message, path = [] }: StandardIssue, argument: number): EventIssue {
  const keys = path.map((segment) => (typeof segment === "object" ? segment.key : segment));
  return { argument, path: keys.map((key) => (typeof key === "number" ? key : String(key))), message };
}
