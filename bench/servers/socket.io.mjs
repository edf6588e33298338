import { Server } from "socket.io";
import { listenEvents } from "./events.mjs";

export const listen = () => listenEvents(Server);
