import type { ClientTransport, TransportClass } from "../engine/client-transport.ts";

/** Makes a class of a function that makes transports. */
export function transportClass<Options>(
  transport: string,
  create: (url: string, options: Options) => ClientTransport,
): TransportClass<Options> {
  class Transport {
    static readonly transport = transport;

    constructor(url: string, options: Options) {
      // biome-ignore lint/correctness/noConstructorReturn: this is how `new` gives what the function makes
      return create(url, options);
    }
  }
  return Transport as TransportClass<Options>;
}
