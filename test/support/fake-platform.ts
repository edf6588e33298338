import type { ResolvedOptions, TransportClass } from "../../src/client/options.ts";
import type { Platform } from "../../src/client/platform.ts";
import { ClientRecorderTransport } from "./client-recorder-transport.ts";
import { FakeClock } from "./fake-clock.ts";

/** A platform whose transports are recorders and whose clock stands still; chance is always in the middle. */
export class FakePlatform implements Platform {
  readonly clock = new FakeClock();
  readonly page = undefined;
  readonly randomNumber = (): number => 0.5;
  readonly randomId = (): string => "abcdefghijklmnopqrst_-";
  /** What was asked for, and made. */
  readonly made: {
    readonly url: string;
    readonly options: ResolvedOptions;
    readonly transport: ClientRecorderTransport;
  }[] = [];
  readonly transports = { polling: this.recorder("polling"), websocket: this.recorder("websocket") };
  #leave: (() => void) | undefined;
  #wake: ((gone: boolean) => void) | undefined;

  /** A class of transports that write down what happens to them. */
  recorder(name: string): TransportClass {
    const { made } = this;
    return class extends ClientRecorderTransport {
      static readonly transport = name;

      constructor(url: string, options: ResolvedOptions) {
        super(name);
        made.push({ url, options, transport: this });
      }
    };
  }

  readonly onPage = (wake: (gone: boolean) => void, leave: (() => void) | undefined): (() => void) => {
    this.#wake = wake;
    this.#leave = leave;
    return () => {
      this.#wake = this.#leave = undefined;
    };
  };

  /** Whether anybody listens to the page. */
  get listens(): boolean {
    return this.#wake !== undefined;
  }

  /** The page or its network is back, or `gone`. */
  wake(gone = false): void {
    this.#wake?.(gone);
  }

  /** The transport that was made last. */
  get transport(): ClientRecorderTransport {
    const last = this.made.at(-1);
    if (last === undefined) throw new Error("no transport was made");
    return last.transport;
  }

  /** The last transport opens, without upgrades. @param more what else the server says of itself. */
  open(more = ""): void {
    this.transport.receive(`0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000${more}}`);
  }

  /** The page is left. */
  leave(): void {
    this.#leave?.();
  }
}
