/** @type {readonly import("../types.d.ts").Technique[]} */
export const TECHNIQUES = ["polling", "sse", "websocket", "socketio", "socketio-websocket"];
