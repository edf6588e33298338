import type { CreateTransport } from "../engine/client-transport.ts";
import { BaroError, ERR_OPTION } from "../errors.ts";
import { type Address, transportUrl } from "./address.ts";
import type { ResolvedOptions, TransportClass } from "./options.ts";
import type { Platform } from "./platform.ts";

/**
 * The classes of the transports to use, by their names.
 *
 * @throws BaroError `BARO_OPTION` for a name that has no class here, and for what is no class of ours.
 */
export function findTransports(
  { transports }: ResolvedOptions,
  platform: Platform,
): ReadonlyMap<string, TransportClass> {
  return new Map(
    transports.map((given) => {
      const found = typeof given === "string" ? platform.transports[given] : given;
      if (!found?.transport) {
        // A function has a name, and text has none.
        const { name = given } = given as { name?: string };
        throw new BaroError(ERR_OPTION, `"${name}" is no transport here: import its class, or leave it out.`);
      }
      return [found.transport, found];
    }),
  );
}

/** Makes the transports of one connection, each with its own options. */
export function transportFactory(
  classes: ReadonlyMap<string, TransportClass>,
  address: Address,
  opts: ResolvedOptions,
): CreateTransport {
  return (name, sid) => {
    const options = { query: address.query, ...opts, ...opts.transportOptions?.[name] };
    const Transport = classes.get(name) as TransportClass;
    return new Transport(transportUrl(address, options, name, sid), options);
  };
}
