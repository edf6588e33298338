import { Server } from "baro";
import { listenEvents } from "./events.mjs";

export const listen = ({ connectionStateRecovery }) =>
  listenEvents(Server, connectionStateRecovery && { connectionStateRecovery });
