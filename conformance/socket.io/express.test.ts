import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Server } from "baro";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import passport from "passport";
import { io as connect } from "socket.io-client";
import * as msgpack from "socket.io-msgpack-parser";
import { afterEach, describe, expect, it } from "vitest";
import { ask, next, pairs, Stage } from "./pairs.ts";

// What the documentation shows with Express and its middlewares, as it stands there; and with the same client.
const servers = pairs.filter(({ client }) => client === "socket.io-client");

type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;
interface User {
  readonly id: number;
  readonly name: string;
}
/** A request after the middlewares of `express-session` and `passport`. */
interface Visit {
  readonly session: session.Session & { count?: number };
  readonly sessionID: string;
  readonly user?: User;
  login(user: User, done: (error: unknown) => void): void;
}

/** Of the documentation, "How to use with passport": the middleware sees the first request of each client only. */
const onlyForHandshake =
  (middleware: Middleware): Middleware =>
  (request, response, proceed) => {
    const { _query } = request as unknown as { _query: { sid?: string } };
    if (_query.sid === undefined) middleware(request, response, proceed);
    else proceed();
  };

describe.each(servers)("server $server with Express 5", (pair) => {
  let stage: Stage;
  afterEach(() => stage.close());

  /** An application with sessions, and a route that logs in. */
  const open = async (): Promise<{ io: Server; cookie: string; ids: number[] }> => {
    const app = express();
    stage = await Stage.open(pair, {}, createServer(app));
    const { io, url } = stage;
    const sessions = session({ secret: "changeit", resave: true, saveUninitialized: true }) as Middleware;
    const users: User[] = [{ id: 7, name: "Ada" }];
    const authenticator = new passport.Passport();
    authenticator.serializeUser((user, done) => done(null, (user as User).id));
    authenticator.deserializeUser((id: number, done) =>
      done(null, users.find((user) => user.id === id) ?? false),
    );
    app.use(sessions as express.RequestHandler);
    app.use(authenticator.session() as express.RequestHandler);
    app.post("/login", (request, response) => {
      (request as unknown as Visit).login(users[0] as User, () => response.end("in"));
    });
    const login = await fetch(`${url}/login`, { method: "POST" });
    expect(await login.text()).toBe("in");
    const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
    const ids: number[] = [];
    io.engine.use(onlyForHandshake(sessions));
    io.engine.use(onlyForHandshake(authenticator.session() as Middleware));
    io.engine.use(
      onlyForHandshake((request, response, proceed) => {
        const { user } = request as unknown as Visit;
        if (user !== undefined) {
          ids.push(user.id);
          proceed();
          return;
        }
        response.writeHead(401);
        response.end();
      }),
    );
    return { io, cookie, ids };
  };

  it.each<"polling" | "websocket">(["polling", "websocket"])(
    "gives sockets their session and user, over %s",
    async (transport) => {
      const { io, cookie, ids } = await open();
      io.on("connection", (socket) => {
        const request = socket.request as unknown as Visit;
        socket.join(`session:${request.sessionID}`);
        socket.join(`user:${request.user?.id}`);
        socket.on("whoami", (done: (name: unknown) => void) => done(request.user?.name));
        socket.on("count", (done: (count: unknown) => void) => {
          request.session.reload(() => {
            request.session.count = (request.session.count ?? 0) + 1;
            request.session.save(() => done(request.session.count));
          });
        });
      });
      const options = { transports: [transport], extraHeaders: { cookie }, forceNew: true };
      const clients = [connect(stage.url, options), connect(stage.url, options)];
      for (const client of clients) if (!client.connected) await next(client, "connect");
      expect(await ask(clients[0] as never, "whoami")).toBe("Ada");
      const counts = [];
      for (const client of clients) counts.push(await ask(client as never, "count"));
      expect(counts).toEqual([1, 2]);
      expect(ids).toEqual([7, 7]);
      const gone = Promise.all(clients.map((client) => next(client, "disconnect")));
      io.in("user:7").disconnectSockets(true);
      expect((await gone).map(([reason]) => reason)).toEqual([
        "io server disconnect",
        "io server disconnect",
      ]);
    },
  );

  it("turns away who is not logged in, over polling and WebSocket", async () => {
    const { io } = await open();
    const errors: unknown[] = [];
    io.on("connection", () => expect.unreachable());
    for (const transport of ["polling", "websocket"] as const) {
      const client = connect(stage.url, { transports: [transport], reconnection: false, forceNew: true });
      const [error] = (await next(client, "connect_error")) as [Error & { description?: unknown }];
      errors.push(error.message);
    }
    expect(errors).toEqual(["xhr poll error", "websocket error"]);
    expect((await fetch(`${stage.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(401);
  });

  it("lets routes emit, by app.set", async () => {
    const app = express();
    stage = await Stage.open(pair, {}, createServer(app));
    app.set("io", stage.io);
    app.post("/news/:text", async (request, response) => {
      const io = request.app.get("io") as Server;
      io.emit("news", request.params.text);
      response.json((await io.fetchSockets()).length);
    });
    const client = stage.client("/", {});
    await next(client, "connect");
    const news = next(client, "news");
    const answer = await fetch(`${stage.url}/news/hello`, { method: "POST" });
    expect([await news, await answer.json()]).toEqual([["hello"], 1]);
    expect((await fetch(`${stage.url}/nowhere`)).status).toBe(404);
  });

  it("sends the headers of helmet with each answer", async () => {
    stage = await Stage.open(pair);
    stage.io.engine.use(helmet() as Middleware);
    const handshake = `${stage.url}/socket.io/?EIO=4&transport=polling`;
    const first = await fetch(handshake);
    const { sid } = JSON.parse((await first.text()).slice(1)) as { sid: string };
    const post = await fetch(`${handshake}&sid=${sid}`, { method: "POST", body: "40" });
    const poll = await fetch(`${handshake}&sid=${sid}`);
    for (const answer of [first, post, poll]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'self'/);
    }
    const client = stage.client("/", { transports: ["websocket"] });
    await next(client, "connect");
  });

  it.each<"polling" | "websocket">(["polling", "websocket"])(
    "speaks MessagePack with socket.io-msgpack-parser on both sides, over %s",
    async (transport) => {
      stage = await Stage.open(pair, { parser: msgpack });
      stage.io.of("/chat").use((socket, proceed) => {
        proceed(socket.handshake.auth.token === "right" ? undefined : new Error("wrong"));
      });
      stage.io.of("/chat").on("connection", (socket) => {
        socket.on("echo", (...args: unknown[]) => {
          const done = args.pop() as (...answer: unknown[]) => void;
          done(...args);
        });
        socket.on("all", () =>
          stage.io.of("/chat").emit("news", Buffer.of(1, 2), { deep: [null, 1.5, "바로"] }),
        );
      });
      const options = { parser: msgpack, transports: [transport], forceNew: true, reconnection: false };
      const stranger = connect(`${stage.url}/chat`, options);
      expect(((await next(stranger, "connect_error")) as [Error])[0].message).toBe("wrong");
      const client = connect(`${stage.url}/chat`, { ...options, auth: { token: "right" } });
      await next(client, "connect");
      const values = [1, "text", null, true, { a: [1, { b: Buffer.of(7, 8) }] }];
      const answer = await new Promise((resolve) =>
        client.emit("echo", ...values, (...args: unknown[]) => resolve(args)),
      );
      expect(answer).toEqual(values);
      const news = next(client, "news");
      client.emit("all");
      expect(await news).toEqual([Buffer.of(1, 2), { deep: [null, 1.5, "바로"] }]);
      const gone = next(client, "disconnect");
      stage.io.of("/chat").disconnectSockets();
      expect((await gone)[0]).toBe("io server disconnect");
      client.close();
    },
  );
});
