import { BaroError, ERR_OPTION } from "../errors.ts";
import type { Room } from "./audience.ts";
import { type NameRule, names } from "./name-rule.ts";

/** Says whether a socket may listen to a room that its client has asked for. */
export type SubscribeHook<Subject> = (subject: Subject, room: Room) => boolean | PromiseLike<boolean>;

/** Which rooms clients may ask for by name. All others are denied. */
export class Subscriptions<Subject> {
  readonly #public: NameRule[];
  #hook: SubscribeHook<Subject> | undefined;

  /** @param parent whose rules count as well: those that stand there now. */
  constructor(parent?: Subscriptions<Subject>) {
    this.#public = parent === undefined ? [] : [...parent.#public];
    this.#hook = parent === undefined ? undefined : parent.#hook;
  }

  /** @throws BaroError `BARO_OPTION` for what is neither a name nor a pattern. */
  declarePublic(rooms: readonly NameRule[]): void {
    for (const room of rooms) {
      if (typeof room !== "string" && !(room instanceof RegExp)) {
        throw new BaroError(ERR_OPTION, "A public room is named by a string or a pattern.");
      }
    }
    this.#public.push(...rooms);
  }

  /** @throws BaroError `BARO_OPTION` for what is no function. */
  set hook(hook: SubscribeHook<Subject>) {
    if (typeof hook !== "function") throw new BaroError(ERR_OPTION, "onSubscribe takes a function.");
    this.#hook = hook;
  }

  /**
   * Whether `subject` may listen to `room`; a promise where the hook gives one.
   * @throws what the hook throws.
   */
  allows(subject: Subject, room: Room): boolean | PromiseLike<boolean> {
    if (this.#public.some((each) => names(each, room))) return true;
    return this.#hook === undefined ? false : this.#hook(subject, room);
  }
}
