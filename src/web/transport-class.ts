import type { ClientTransport, TransportClass } from "../engine/client-transport.ts";

/**
 * Makes a class of a function that makes transports.
 *
 * @param create no arrow function: `new` calls it, and gives what it returns.
 */
export function transportClass<Options>(
  transport: string,
  create: (url: string, options: Options) => ClientTransport,
): TransportClass<Options> {
  return Object.assign(create, { transport }) as unknown as TransportClass<Options>;
}
