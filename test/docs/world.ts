import type { Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import * as baro from "baro";
import * as client from "baro/client";
import * as react from "baro/react";
import * as sse from "baro/sse";
import * as websocket from "baro/websocket";
import type { Program } from "./program.ts";
import { Tests } from "./tests.ts";

interface Closable {
  close(...args: never[]): unknown;
}

/**
 * What the blocks of one page run in: the modules that they import, a browser's globals whose addresses are those of the
 * page's server, and a console that listens. What they open is kept, and closed by `close`.
 */
export class World {
  /** What the blocks have said by `console`. */
  readonly said: string[] = [];
  readonly port: number;
  readonly #scope: Record<string, unknown>;
  readonly #open: Closable[] = [];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #tests = new Tests();
  readonly #listeners = process.rawListeners("SIGTERM");

  constructor(port: number) {
    this.port = port;
    const say = (...words: unknown[]) => void this.said.push(words.map(String).join(" "));
    this.#scope = {
      $import: (name: string) => this.#import(name),
      require: (name: string) => this.#require(name),
      console: { log: say, warn: say, error: say },
      setInterval: (callback: () => void, time: number) => {
        const timer = setInterval(callback, time);
        this.#timers.push(timer);
        return timer;
      },
      ...this.#browser(),
    };
  }

  get scope(): Readonly<Record<string, unknown>> {
    return this.#scope;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Hands things to the blocks that follow, as an earlier part of their program would. */
  give(things: Readonly<Record<string, unknown>>): void {
    Object.assign(this.#scope, things);
  }

  /** A module as the blocks get it. */
  async import<Module>(name: string): Promise<Module> {
    return (await this.#import(name)) as Module;
  }

  async run(program: Program): Promise<void> {
    if (program.listens) await this.close();
    const before = { ...this.#scope };
    this.give(await program.run(this.#scope));
    // What a page declares goes on to its later blocks. An import does not hide it: `io` is a server, and elsewhere a client.
    for (const name of program.imported) if (name in before) this.give({ [name]: before[name] });
    for (const name of program.declared) await listening(this.#scope[name]);
    await this.#tests.run();
    // So that the listeners of the block are called, and not just given.
    if (program.listens && program.declared.some((name) => this.#scope[name] instanceof baro.Server)) {
      await visit(this.url);
    }
  }

  /** A script in a page, where `io` is the client's. */
  async runInPage(program: Program): Promise<void> {
    const io = (path = "/", options = {}) => this.#keep(client.io(new URL(path, this.url).href, options));
    await program.run({ ...this.#scope, io });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const listener of process.rawListeners("SIGTERM")) {
      if (!this.#listeners.includes(listener)) process.removeListener("SIGTERM", listener as () => void);
    }
    // Clients before servers, which wait for them.
    for (const thing of this.#open.splice(0).reverse()) await closed(thing);
  }

  #browser(): Record<string, unknown> {
    const url = this.url;
    const keep = <Thing extends Closable>(thing: Thing): Thing => this.#keep(thing);
    return {
      fetch: (path: string, init?: RequestInit) => fetch(new URL(path, url), init),
      EventSource: class extends sse.EventSource {
        constructor(path: string, options?: sse.EventSourceInit) {
          super(new URL(path, url).href, options);
          keep(this);
        }
      },
      WebSocket: class extends websocket.WebSocket {
        constructor(address: string) {
          super(address);
          keep(this);
        }
      },
    };
  }

  async #import(name: string): Promise<unknown> {
    const keep = <Thing extends Closable>(thing: Thing): Thing => this.#keep(thing);
    switch (name) {
      case "baro":
        return { ...baro, Server: keeping(baro.Server, keep) };
      case "/socket.io/socket.io.esm.min.js":
      case "baro/client": {
        const io = (...args: Parameters<typeof client.io>) => keep(client.io(...args));
        return { ...client, io, default: io };
      }
      case "baro/react":
        return react;
      case "baro/sse":
        return { ...sse, EventSource: keeping(sse.EventSource, keep) };
      case "baro/websocket": {
        const WebSocketServer = keeping(websocket.WebSocketServer, keep);
        return { ...websocket, WebSocketServer };
      }
      case "node:http": {
        const http = await import("node:http");
        const createServer = (...args: Parameters<typeof http.createServer>) =>
          keep(http.createServer(...args));
        return { ...http, createServer };
      }
      case "vitest":
      case "node:test":
        return this.#tests.module;
      default:
        return import(name);
    }
  }

  #require(name: string): unknown {
    const module = { baro, "baro/client": client, "baro/websocket": websocket }[name];
    // The name by which Node gives a module to those who require it.
    return module?.["module.exports"] ?? createRequire(import.meta.url)(name);
  }

  #keep<Thing extends Closable>(thing: Thing): Thing {
    this.#open.push(thing);
    return thing;
  }
}

type Class<Thing> = new (...args: never[]) => Thing;

/** The same class, but each object that is made of it is kept. */
function keeping<Thing extends Closable, Its extends Class<Thing>>(
  Its: Its,
  keep: (thing: Thing) => Thing,
): Its {
  return new Proxy(Its, {
    construct: (target, args, newTarget) => keep(Reflect.construct(target, args, newTarget)),
  });
}

/** Connects as a client of Socket.IO, and leaves: the page may also refuse it. */
async function visit(url: string): Promise<void> {
  const visitor = client.io(url, { forceNew: true, reconnection: false, transports: ["websocket"] });
  await new Promise<void>((resolve) => {
    visitor.on("connect", resolve);
    visitor.on("connect_error", () => resolve());
  });
  visitor.close();
}

/** Waits until a server that a block has told to listen does so. */
async function listening(thing: unknown): Promise<void> {
  const server = thing as Partial<HttpServer> | undefined;
  if (typeof server?.address !== "function" || typeof server.once !== "function") return;
  if (server.listening === true && server.address() === null) {
    await new Promise((resolve) => server.once?.("listening", resolve));
  }
}

function closed(thing: Closable): Promise<void> {
  return new Promise((resolve) => {
    if ("closeAllConnections" in thing) (thing as HttpServer).closeAllConnections();
    if (thing instanceof sse.EventSource || thing instanceof client.Socket) {
      thing.close();
      resolve();
    } else if (thing instanceof websocket.WebSocket) {
      thing.on("error", () => {});
      thing.terminate();
      resolve();
    } else (thing as { close(done: () => void): unknown }).close(() => resolve());
  });
}
