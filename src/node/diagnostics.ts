import { channel } from "node:diagnostics_channel";
import { type Channel, Counters, type Diagnostics } from "../diagnostics.ts";

/** The counters of one server, and the channels of `node:diagnostics_channel`, by their names. */
export function diagnosticsOfServer(): Diagnostics {
  return {
    counters: new Counters(),
    connect: channel("baro:connect") as Channel<unknown>,
    disconnect: channel("baro:disconnect") as Channel<unknown>,
    drop: channel("baro:drop") as Channel<unknown>,
    refuse: channel("baro:refuse") as Channel<unknown>,
    error: channel("baro:error") as Channel<unknown>,
  };
}
