import { BaroError, ERR_OPTION } from "../errors.ts";
import type { TransportClass } from "./options.ts";

/**
 * The classes of the transports to use, by their names.
 *
 * @param named those that have a name here.
 * @throws BaroError `BARO_OPTION` for a name that has no class here, and for what is no class of ours.
 */
export function findTransports(
  wanted: readonly (string | TransportClass)[],
  named: Readonly<Record<string, TransportClass>>,
): ReadonlyMap<string, TransportClass> {
  return new Map(
    wanted.map((given) => {
      const found = typeof given === "string" ? named[given] : given;
      if (!found?.transport) {
        // A function has a name, and text has none.
        const { name = given } = given as { name?: string };
        throw new BaroError(ERR_OPTION, `"${name}" is no transport here: import its class.`);
      }
      return [found.transport, found];
    }),
  );
}
