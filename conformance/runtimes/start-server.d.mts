import type { Server as HttpServer } from "node:http";
import type { Server } from "baro";

export function startServer(http: HttpServer, io: Server): Promise<string>;
