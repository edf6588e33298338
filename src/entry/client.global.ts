import { io } from "./client.browser.ts";

// The script of `<script src="/socket.io/socket.io.js">`: one global, which is the function and holds the rest.
(globalThis as { io?: typeof io }).io = io;
