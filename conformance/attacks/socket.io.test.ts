import { describe } from "vitest";
import { carryOut } from "./carry-out.ts";
import { SOCKET_IO } from "./socket.io.ts";

describe("Socket.IO under attack", () => carryOut(SOCKET_IO));
