import { Server } from "socket.io";
import { listenEvents } from "./events.mjs";

export const listen = ({ connectionStateRecovery }) =>
  listenEvents(Server, connectionStateRecovery && { connectionStateRecovery });
