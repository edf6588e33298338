import type { Attack } from "./attack.ts";
import { PACKETS } from "./packets.ts";
import { POLLING } from "./polling.ts";
import { RECOVERY } from "./recovery.ts";
import { UPGRADES } from "./upgrades.ts";

/** The attacks on what Socket.IO adds to WebSocket. */
export const SOCKET_IO: readonly Attack[] = [...POLLING, ...UPGRADES, ...PACKETS, ...RECOVERY];
