import { createServer } from "node:http";
import { Server } from "socket.io";
import { serve } from "./serve.mjs";

export const http = createServer();
serve(new Server(http));
