import { describe } from "vitest";
import { carryOut } from "./carry-out.ts";
import { PACKETS } from "./packets.ts";
import { POLLING } from "./polling.ts";
import { UPGRADES } from "./upgrades.ts";

describe("Socket.IO under attack", () => carryOut([...POLLING, ...UPGRADES, ...PACKETS]));
