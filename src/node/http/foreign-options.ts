import { BaroError, ERR_OPTION } from "../../errors.ts";

/**
 * What Socket.IO documents and Baro does not have, with what to do instead. Ignored, each would be a surprise in
 * production.
 */
const FOREIGN: Readonly<Record<string, string>> = {
  allowEIO3:
    "Baro speaks Engine.IO 4 only: clients of Socket.IO 2 cannot connect. Leave allowEIO3 out, and update them.",
  wsEngine: "Baro has a WebSocket server of its own: leave wsEngine out.",
  adapter:
    "Baro does not run adapters of Socket.IO: leave adapter out, and connect servers by the option cluster.",
};

/** Refuses options that would have no effect. `false` and `undefined` ask for nothing. @throws BaroError `BARO_OPTION`. */
export function refuseForeignOptions(options: object): void {
  for (const [name, sentence] of Object.entries(FOREIGN)) {
    const value: unknown = Reflect.get(options, name);
    if (value !== undefined && value !== false && value !== null) throw new BaroError(ERR_OPTION, sentence);
  }
}
