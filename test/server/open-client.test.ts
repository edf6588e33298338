import { IncomingMessage } from "node:http";
import { Socket as NetSocket } from "node:net";
import { describe, expect, it } from "vitest";
import type {
  Answer,
  OpenClient,
  OpenClientSession,
  OpenHandler,
  Welcome,
  Wish,
} from "../../src/server/open-client.ts";
import type { RoomGap } from "../../src/server/recovery/past.ts";
import { FakeSession, TestServer } from "./support.ts";

const LIMITS = { hookTimeout: 10_000, ackTimeout: 30_000, maxAcks: 1_000 };

/** A session that keeps what is told, in the order in which it is told. */
class FakeOpenSession extends FakeSession implements OpenClientSession {
  override handler: OpenHandler = { message() {}, upgraded() {}, closed() {}, receive() {} };
  readonly told: unknown[] = [];

  welcome(welcome: Welcome): void {
    this.told.push(["open", welcome.rooms]);
  }

  miss(gaps: readonly RoomGap[]): void {
    this.told.push(["gap", gaps]);
  }

  override send(outgoing: Parameters<FakeSession["send"]>[0]): void {
    super.send(outgoing);
    if (!this.closed) this.told.push(outgoing.data);
  }
}

class OpenTestServer extends TestServer {
  /** Asks for a client, and gives what is answered so far. */
  ask(wish: Partial<Wish> = {}): { client: OpenClient; session: FakeOpenSession; answers: Answer[] } {
    const session = new FakeOpenSession("open");
    const request = new IncomingMessage(new NetSocket());
    request.url = "/socket.io/plain";
    const client = this.receiveOpenSession(session, request, LIMITS);
    const answers: Answer[] = [];
    client.ask({ namespace: "/", rooms: [], auth: {}, ...wish }, (answer) => answers.push(answer));
    return { client, session, answers };
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("a client without a library", () => {
  it("is asked about, opens, joins, and is told of, in this order", async () => {
    const server = new OpenTestServer();
    server.publicRooms("a");
    const order: string[] = [];
    server.use((socket, next) => {
      order.push(`asked with ${[...socket.rooms]}`);
      next();
    });
    server.on("connection", (socket) => order.push(`connected in ${[...socket.rooms]}`));
    const { client, session, answers } = server.ask({ rooms: ["a", "b"] });
    await settled();
    expect(answers).toEqual([{ kind: "granted", rooms: ["a"] }]);
    client.start();
    expect(session.told).toEqual([["open", ["a"]], '0{"sid":"socket1"}']);
    expect(order).toEqual(["asked with ", "connected in socket1,a"]);
  });

  it("is answered once, when the hooks are silent and speak later", async () => {
    const server = new OpenTestServer();
    let proceed = (): void => {};
    server.use((_socket, next) => {
      proceed = next;
    });
    const { session, answers } = server.ask();
    server.clock.advance(9_999);
    expect(answers).toEqual([]);
    server.clock.advance(1);
    proceed();
    await settled();
    expect(answers).toEqual([{ kind: "silent" }]);
    expect([session.closed, server.clock.pending]).toEqual([true, 0]);
  });

  it("is denied a room whose hook throws, and the error is the application's", async () => {
    const server = new OpenTestServer();
    server.onSubscribe((_socket, room) => {
      if (room === "throws") throw new Error("of the application");
      return room === "granted";
    });
    const { answers } = server.ask({ rooms: ["throws", "granted", "denied"] });
    await settled();
    expect(answers).toEqual([{ kind: "granted", rooms: ["granted"] }]);
    expect(() => server.clock.advance(0)).toThrow("of the application");
  });

  it("hears a page in each turn, then what came meanwhile, and is not read before it is connected", async () => {
    const server = new OpenTestServer();
    server.publicRooms("a");
    server.sockets.history("a");
    const said: unknown[] = [];
    server.on("connection", (socket) => socket.on("say", (text) => said.push(text)));
    for (let count = 0; count < 700; count += 1) server.to("a").emit("n", count);
    const { client, session } = server.ask({ rooms: ["a"] });
    await settled();
    client.start({ last: 1_000 });
    expect(session.told).toHaveLength(1 + 300);
    client.receive({ type: "event", data: ["say", "early"], id: undefined });
    server.to("a").emit("n", 700);
    expect(said).toEqual([]);
    server.clock.advance(0);
    server.clock.advance(0);
    server.to("a").emit("n", 701);
    expect(said).toEqual(["early"]);
    const heard = session.told.filter((each) => String(each).startsWith("2"));
    expect(heard).toEqual(Array.from({ length: 702 }, (_, count) => `2["n",${count}]`));
  });

  it("that does not read gets its next page later", async () => {
    const server = new OpenTestServer();
    server.publicRooms("a");
    server.sockets.history("a");
    for (let count = 0; count < 301; count += 1) server.to("a").emit("n", count);
    const { client, session } = server.ask({ rooms: ["a"] });
    await settled();
    session.writable = false;
    client.start({ last: 1_000 });
    server.clock.advance(49);
    expect(session.told).toHaveLength(1 + 300);
    server.clock.advance(1);
    expect(session.told).toHaveLength(1 + 301 + 1);
  });

  it("that is gone hears no next page, and leaves nothing", async () => {
    const server = new OpenTestServer();
    server.publicRooms("a");
    server.sockets.history("a");
    for (let count = 0; count < 301; count += 1) server.to("a").emit("n", count);
    const { client, session } = server.ask({ rooms: ["a"] });
    await settled();
    client.start({ last: 1_000 });
    session.end("transport close");
    server.clock.advance(100);
    expect(session.told).toHaveLength(1 + 300);
    expect([server.sockets.sockets.size, server.sockets.adapter.rooms.size]).toEqual([0, 0]);
  });
});
