// A typed program for the server, as users of Socket.IO write it. It is compiled twice: against Baro, and against
// socket.io from npm by an alias, which proves that it asks for nothing of Baro's own.
import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import {
  type BroadcastOperator,
  type DefaultEventsMap,
  type DisconnectReason,
  type Event,
  type ExtendedError,
  type Namespace,
  type RemoteSocket,
  Server,
  type ServerOptions,
  type Socket,
} from "baro";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Fails to compile where the two are not the same type. */
function same<A, B>(..._: Equal<A, B> extends true ? [] : ["not the same type"]): void {}

interface ClientToServer {
  hello: (name: string, count: number) => void;
  ask: (question: string, answer: (text: string, score: number) => void) => void;
  nothing: () => void;
}
interface ServerToClient {
  news: (text: string) => void;
  bytes: (data: Buffer) => void;
  question: (n: number, answer: (value: boolean) => void) => void;
  late: (answer: (error: Error, value: Date) => void) => void;
  message: (text: string) => void;
}
interface InterServer {
  tick: (n: number) => void;
  count: (room: string, answer: (size: number) => void) => void;
}
interface Data {
  user: { name: string };
}
type TypedServer = Server<ClientToServer, ServerToClient, InterServer, Data>;
type TypedSocket = Socket<ClientToServer, ServerToClient, InterServer, Data>;

const options: Partial<ServerOptions> = {
  path: "/rt",
  serveClient: false,
  connectTimeout: 1,
  pingInterval: 1,
  pingTimeout: 1,
  upgradeTimeout: 1,
  maxHttpBufferSize: 1,
  transports: ["polling", "websocket"],
  allowUpgrades: true,
  httpCompression: { threshold: 1 },
  cookie: { name: "io", path: "/", httpOnly: true, sameSite: "lax" },
  cors: { origin: ["https://a.example", /b/], credentials: true, methods: ["GET"], maxAge: 1 },
  addTrailingSlash: false,
  destroyUpgrade: true,
  destroyUpgradeTimeout: 1,
  cleanupEmptyChildNamespaces: true,
  initialPacket: "hi",
  allowRequest: (request, done) => done(null, request.headers.origin === undefined),
};

const http = createServer();
export const io: TypedServer = new Server<ClientToServer, ServerToClient, InterServer, Data>(http, options);
export const forms: Server[] = [
  new Server(),
  new Server(3000),
  new Server(options),
  new Server(3000, options),
  new Server(createSecureServer(), { cors: (_request, done) => done(null, { origin: true }) }),
];
io.attach(3000, options).listen(http);
io.path("/x").serveClient(true).connectTimeout(5);
const port: unknown = io.httpServer.address();
const clients: number = io.engine.clientsCount;
io.engine.generateId = (request) => request.url ?? "";
io.engine.generateId = async () => "later";
io.engine.use((_request: unknown, _response: unknown, next: () => void) => next());
io.engine.on("connection_error", (error: { code: number; message: string }) => error.code);
io.engine.on("initial_headers", (headers: Record<string, unknown>) => {
  headers.a = "b";
});

io.on("connection", (socket) => {
  same<typeof socket, TypedSocket>();
  same<typeof socket.data, Data>();
  same<typeof socket.id, string>();
  same<typeof socket.recovered, boolean>();
  const user: string = socket.data.user.name;
  socket.on("hello", (name, count) => {
    same<typeof name, string>();
    same<typeof count, number>();
  });
  socket.once("ask", (question, answer) => answer(question, 1));
  socket.on("nothing", () => {});
  socket.on("disconnect", (reason, description) => {
    same<typeof reason, DisconnectReason>();
    void description;
  });
  socket.on("disconnecting", (reason) => same<typeof reason, DisconnectReason>());
  socket.on("error", (error) => same<typeof error, Error>());
  socket.off("nothing", () => {});
  // @ts-expect-error: no such event
  socket.on("unknown", () => {});

  socket.emit("news", "text");
  socket.emit("question", 1, (value) => same<typeof value, boolean>());
  // @ts-expect-error: the text is no number
  socket.emit("news", 1);
  // @ts-expect-error: an event of the other direction
  socket.emit("hello", "name", 1);
  socket.send("text").write("text");
  socket.timeout(1).emit("question", 1, (error, value) => {
    same<typeof error, Error>();
    same<typeof value, boolean>();
  });
  socket.timeout(1).emit("late", (error, value) => {
    same<typeof error, Error>();
    same<typeof value, Date>();
  });
  const value: Promise<boolean> = socket.emitWithAck("question", 1);
  const slow: Promise<boolean> = socket.timeout(1).emitWithAck("question", 1);
  const late: Promise<Date> = socket.emitWithAck("late");
  // @ts-expect-error: nobody answers news
  socket.emitWithAck("news", "text");
  socket.volatile.compress(false).emit("news", "text");
  socket.broadcast.to("a").to(["b", "c"]).except("d").volatile.local.compress(true).emit("news", "text");
  socket
    .to("a")
    .timeout(1)
    .emit("question", 1, (error, values) => {
      same<typeof error, Error>();
      same<typeof values, boolean[]>();
    });
  const joined: void | Promise<void> = socket.join(["a", "b"]);
  const left: void | Promise<void> = socket.leave("a");
  const rooms: Set<string> = socket.rooms;
  socket.use(([event, ...args], next) => {
    same<typeof event, string>();
    next(args.length > 3 ? new Error("too many") : undefined);
  });
  socket.onAny((event: string) => event).prependAny(() => {});
  socket
    .offAny()
    .onAnyOutgoing(() => {})
    .prependAnyOutgoing(() => {})
    .offAnyOutgoing();
  const anys: number = socket.listenersAny().length + socket.listenersAnyOutgoing().length;
  const { address, auth, headers, issued, query, secure, time, url, xdomain } = socket.handshake;
  same<typeof address, string>();
  same<typeof issued, number>();
  const flags: boolean[] = [secure, xdomain];
  const token: string = auth.token;
  const agent: string | undefined = headers["user-agent"];
  const page: string | string[] | undefined = query.page;
  const remote: string | undefined = socket.request.socket.remoteAddress;
  const transport: string = socket.conn.transport.name;
  socket.conn.on("upgrade", (better: { name: string }) => better.name);
  socket.conn.once("packet", (packet: { type: string }) => packet.type);
  const namespace: string = socket.nsp.name;
  const connected: boolean = socket.connected && !socket.disconnected;
  socket.disconnect(true).disconnect();
  void [user, value, slow, late, joined, left, rooms, anys, time, url, token, agent, page, remote, transport];
  void [namespace, connected, flags];
});
io.on("tick", (n) => same<typeof n, number>());
io.on("count", (room, answer) => answer(room.length));
io.on("new_namespace", (namespace) => namespace.name);
io.serverSideEmit("tick", 1);
io.serverSideEmit("count", "room", (error, sizes) => {
  same<typeof error, Error>();
  same<typeof sizes, number[]>();
});
const sizes: Promise<number[]> = io.serverSideEmitWithAck("count", "room");
// @ts-expect-error: an event for clients
io.serverSideEmit("news", "text");

io.emit("news", "text");
io.send("text").write("text");
io.to("a").in("b").except(["c"]).emit("bytes", Buffer.alloc(1));
io.volatile.emit("news", "text");
io.local.compress(true).emit("news", "text");
io.timeout(1).emit("question", 1, (error, values) => {
  same<typeof error, Error>();
  same<typeof values, boolean[]>();
});
const answers: Promise<boolean[]> = io.timeout(1).emitWithAck("question", 1);
const roomAnswers: Promise<boolean[]> = io.to("a").timeout(1).emitWithAck("question", 1);
io.use((socket, next) => {
  same<typeof socket, TypedSocket>();
  const error: ExtendedError = new Error("no");
  error.data = { code: 1 };
  next(error);
});

const namespace: Namespace<ClientToServer, ServerToClient, InterServer, Data> = io.of("/admin");
namespace.on("connection", (socket) => same<typeof socket.data, Data>());
namespace.use((socket, next) => (socket.data.user.name === "kim" ? next() : next(new Error("no"))));
namespace.to("a").emit("news", "text");
const tenants = io.of(/^\/tenant-\d+$/);
tenants.on("connection", (socket) => void tenants.emit("news", socket.nsp.name));
io.of(
  (name, auth, done) => done(null, name === auth.name),
  (socket) => socket.emit("news", "text"),
);

export async function remotes(): Promise<void> {
  for (const socket of await io.fetchSockets()) {
    same<typeof socket, RemoteSocket<ServerToClient, Data>>();
    const name: string = socket.data.user.name;
    socket.emit("news", name + socket.handshake.address + socket.rooms.size);
    socket.timeout(1).emit("question", 1, (error, value) => {
      same<typeof error, Error>();
      same<typeof value, boolean>();
    });
    socket.join("b");
    socket.leave("a");
    socket.disconnect(true);
  }
  const some: { id: string }[] = await io.in("a").except("b").fetchSockets();
  const ids: Set<string> = await io.allSockets();
  const inRoom: Set<string> = await io.in("a").allSockets();
  io.in("a").socketsJoin(["b"]);
  io.socketsLeave("b");
  io.in(["a", "b"]).disconnectSockets(true);
  void [some, ids, inRoom];
}

const byRoom: Map<string, Set<string>> = io.of("/").adapter.rooms;
const bySocket: Map<string, Set<string>> = io.of("/").adapter.sids;
const sockets: Map<string, TypedSocket> = io.sockets.sockets;
io.of("/").adapter.on("create-room", (room: string) => room);
const closed: Promise<void> = io.close((error) => error?.message);

// Functions that take what was made above, as programs are divided into files.
export function listen(server: Server, socket: Socket): void {
  server.on("connection", (each) => each.on("anything", (...args: unknown[]) => socket.emit("any", ...args)));
  socket.data.anything = 1;
}
export function broadcast(operator: BroadcastOperator<ServerToClient, Data>): boolean {
  return operator.emit("news", "text");
}
export const untyped: Server<DefaultEventsMap, DefaultEventsMap, DefaultEventsMap> = new Server();
export const event: Event = ["name", 1];
void [port, clients, sizes, answers, roomAnswers, byRoom, bySocket, sockets, closed];
