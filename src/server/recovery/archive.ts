import type { Clock } from "../../clock.ts";
import { hash } from "../../history/digest.ts";
import { MemoryBudget } from "../../history/memory-budget.ts";
import type { Codec } from "../codec.ts";
import { DEFAULT_MAX_BYTES, type RecoveryPolicy } from "./recovery-options.ts";
import { Replays } from "./replays.ts";
import { Sessions } from "./sessions.ts";

/** What all namespaces of a server share of what is kept. */
export class Archive {
  readonly clock: Clock;
  readonly codec: Codec;
  readonly sessions: Sessions;
  readonly replays: Replays;
  readonly budget: MemoryBudget;
  #recovery: RecoveryPolicy | undefined;
  readonly #generateId: () => string;

  constructor(clock: Clock, codec: Codec, generateId: () => string, recovery: RecoveryPolicy | undefined) {
    this.clock = clock;
    this.codec = codec;
    this.#recovery = recovery;
    this.#generateId = generateId;
    this.sessions = new Sessions(() => clock.now());
    this.replays = new Replays(clock);
    this.budget = new MemoryBudget(recovery?.maxBytes ?? DEFAULT_MAX_BYTES);
  }

  /** Whether lost connections are taken up again, and how. */
  get recovery(): RecoveryPolicy | undefined {
    return this.#recovery;
  }

  /** Switches recovery on; the namespaces open their logs after it. */
  recover(policy: RecoveryPolicy): void {
    this.#recovery = policy;
    this.budget.limit = policy.maxBytes;
  }

  /** A new id that nobody can guess. */
  generateId(): string {
    return this.#generateId();
  }

  /** 32 random bits. */
  random(): number {
    return hash(this.#generateId());
  }

  close(): void {
    this.sessions.clear();
    this.replays.close();
  }
}
