import { Server } from "baro";
import { listenEvents } from "./events.mjs";

export const listen = () => listenEvents(Server);
