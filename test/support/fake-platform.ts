import type { ResolvedOptions } from "../../src/client/options.ts";
import type { Platform } from "../../src/client/platform.ts";
import { ClientRecorderTransport } from "./client-recorder-transport.ts";
import { FakeClock } from "./fake-clock.ts";

/** A platform whose transports are recorders and whose clock stands still; chance is always in the middle. */
export class FakePlatform implements Platform {
  readonly clock = new FakeClock();
  readonly page = undefined;
  readonly random = (): number => 0.5;
  /** What was asked for, and made. */
  readonly made: {
    readonly url: string;
    readonly options: ResolvedOptions;
    readonly transport: ClientRecorderTransport;
  }[] = [];
  #unload: (() => void) | undefined;

  readonly createTransport = (
    name: string,
    url: string,
    options: ResolvedOptions,
  ): ClientRecorderTransport => {
    const transport = new ClientRecorderTransport(name);
    this.made.push({ url, options, transport });
    return transport;
  };

  readonly onUnload = (run: () => void): (() => void) => {
    this.#unload = run;
    return () => {
      this.#unload = undefined;
    };
  };

  /** The transport that was made last. */
  get transport(): ClientRecorderTransport {
    const last = this.made.at(-1);
    if (last === undefined) throw new Error("no transport was made");
    return last.transport;
  }

  /** The last transport opens, without upgrades. */
  open(): void {
    this.transport.receive('0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}');
  }

  /** The page is left. */
  leave(): void {
    this.#unload?.();
  }
}
