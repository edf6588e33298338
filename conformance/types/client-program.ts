// A typed program for the client, as users of socket.io-client write it. It is compiled three times: against Baro in Node
// and in a browser, and against socket.io-client from npm by an alias, which proves that it asks for nothing of Baro's own.
import defaultIo, {
  connect,
  type DisconnectDescription,
  type ExtendedError,
  Fetch,
  io,
  Manager,
  type ManagerOptions,
  type ManagerReservedEvents,
  NodeWebSocket,
  NodeXHR,
  type protocol,
  Socket,
  type SocketOptions,
  type SocketReservedEvents,
  WebSocket,
  XHR,
} from "baro/client";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Fails to compile where the two are not the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["not the same type"]): void {}

interface FromServer {
  news: (text: string, count: number) => void;
  question: (n: number, answer: (value: boolean) => void) => void;
}
interface FromClient {
  hello: (name: string) => void;
  ask: (question: string, answer: (text: string) => void) => void;
  nothing: () => void;
}

const options: Partial<ManagerOptions & SocketOptions> = {
  ackTimeout: 100,
  auth: { token: "a" },
  autoConnect: false,
  closeOnBeforeunload: true,
  extraHeaders: { "x-a": "b" },
  forceNew: true,
  multiplex: false,
  path: "/socket.io",
  query: { a: 1 },
  rememberUpgrade: true,
  reconnection: true,
  reconnectionAttempts: 3,
  reconnectionDelay: 1,
  reconnectionDelayMax: 2,
  randomizationFactor: 0.5,
  requestTimeout: 5,
  retries: 2,
  timeout: 1_000,
  timestampParam: "t",
  timestampRequests: true,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  upgrade: true,
  withCredentials: true,
};
const socket: Socket<FromServer, FromClient> = io("http://127.0.0.1:1/admin", options);
for (const make of [connect, defaultIo]) same<ReturnType<typeof make>, Socket>();
const untyped: Socket = io({ ...options, transports: [WebSocket, XHR, Fetch, NodeXHR, NodeWebSocket] });
same<typeof protocol, number>();

socket.on("news", (text, count) => {
  same<typeof text, string>();
  same<typeof count, number>();
});
socket.on("question", (n, answer) => answer(n > 1));
socket.on("connect", () => socket.id?.length);
socket.on("connect_error", (error) => same<typeof error, ExtendedError>());
socket.on("connect_error", (error: Error) => error.message);
socket.on("disconnect", (reason, description?: DisconnectDescription) => {
  if (reason === "io server disconnect") socket.connect();
  const text = description instanceof Error ? description.message : description?.description;
  same<typeof text, string | undefined>();
});
// @ts-expect-error the server sends no such event
socket.on("other", () => {});
// @ts-expect-error a name is text
socket.emit("hello", 1);
// @ts-expect-error the acknowledgement is missing
socket.emit("ask", "why?");
socket.emit("hello", "minji").emit("nothing");
socket.emit("ask", "why?", (text) => same<typeof text, string>());
socket.timeout(5).emit("ask", "why?", (error, text) => {
  same<typeof error, Error>();
  same<typeof text, string>();
});
export const answer: Promise<string> = socket.emitWithAck("ask", "why?");
export const timed: Promise<string> = socket.timeout(5).emitWithAck("ask", "why?");
socket.volatile.emit("nothing");
socket.compress(false).emit("nothing");
socket.send("anything", 1);
const any = (event: string, ...args: unknown[]): void => void [event, args];
socket.onAny(any).prependAny(any).offAny(any).offAny();
socket.onAnyOutgoing(any).prependAnyOutgoing(any).offAnyOutgoing(any).offAnyOutgoing();
socket.listenersAny().concat(socket.listenersAnyOutgoing());
socket.once("news", () => {}).off("news");
socket.off();
socket.listeners("news").at(0)?.("text", 1);
socket.hasListeners("news");
for (const flag of [socket.connected, socket.disconnected, socket.active, socket.recovered]) {
  same<typeof flag, boolean>();
}
socket.auth = (give) => give({ token: "b" });
socket.auth = { token: "c" };
socket.sendBuffer = [];
socket.receiveBuffer.length.toFixed();
socket.connect().disconnect().open().close();

const manager: Manager = new Manager("http://127.0.0.1:1", options);
new Manager({ autoConnect: false }).opts.path?.length;
const typed = new Manager<FromServer, FromClient>("http://127.0.0.1:1", { autoConnect: false });
typed.engine?.transport.name.length;
manager.reconnection(true).reconnectionAttempts(3).reconnectionDelay(5).reconnectionDelayMax(10);
manager.randomizationFactor(0.5).timeout(1_000);
same<ReturnType<typeof manager.socket>, Socket>();
manager.socket("/admin", { auth: { token: "d" } }).io.open((error) => error?.message);
const listeners: Partial<ManagerReservedEvents> & Partial<SocketReservedEvents> = { connect: () => {} };
for (const [event, listener] of Object.entries(listeners)) untyped.on(event, listener);
manager.on("open", () => {}).on("ping", () => {});
manager.on("error", (error) => same<typeof error, Error>());
manager.on("close", (reason, description?: DisconnectDescription) => void [reason.length, description]);
manager.on("packet", (packet) => packet.nsp.padEnd(packet.type));
manager.on("reconnect", (attempt) => attempt.toFixed());
manager.on("reconnect_attempt", (attempt) => attempt.toFixed());
manager.on("reconnect_error", (error) => error.message);
manager.on("reconnect_failed", () => {});
// @ts-expect-error there is no such event
manager.on("nonsense", () => {});
untyped.on("anything", (first, second) => void [first.x, second.y]);
untyped.emit("anything", 1, "two", () => {});
if (!(untyped instanceof Socket)) throw new Error("no socket");
