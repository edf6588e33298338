import { io, Manager, protocol, Socket } from "./client.browser.ts";

// The script of `<script src="/socket.io/socket.io.js">`: one global, which is the function and holds the rest.
Object.assign(globalThis, { io: Object.assign(io, { io, connect: io, Manager, Socket, protocol }) });
