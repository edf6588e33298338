import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as theirs from "socket.io-client";
import { describe, expect, it } from "vitest";
import * as ofBrowser from "../../src/entry/client.browser.ts";
import * as ofNode from "../../src/entry/client.node.ts";
import { declaredNames, exportedNames } from "./declared-names.ts";

/**
 * Every name that the published declarations of socket.io-client have and `baro/client` has not, with the reason. Whatever
 * else it lacks, or no longer lacks, is a failure here.
 */
const LACKS: Record<string, Record<string, string>> = {
  "names of the module": {},
  "members of Socket": {},
  "members of Manager": {},
  "members of the emitters": {},
  "members of the engine": {
    binaryType: "binary data is what the platform's own APIs give",
    readyState: "whether it stands, the events of the manager tell",
    writeBuffer: "what waits is no list of packets",
    write:
      "messages of the program's own would break the Socket.IO above; ours sends what the client itself hands it",
  },
  "options of Socket": {},
  "options of Manager": {},
  "options of the engine": {
    host: "the URL says it",
    hostname: "the URL says it",
    port: "the URL says it",
    secure: "the URL says it",
    perMessageDeflate: "off by default there, and here always: what clients send is short",
    transportImplementations: "transports takes classes",
    useNativeTimers: "there are no other timers",
  },
  "events of Socket": {},
  "events of Manager": {},
  "events of the engine": {
    data: "not documented",
    error: "not documented; the manager tells of it",
    flush: "not documented",
    handshake: "not documented",
    heartbeat: "not documented; ping is the same",
    message: "not documented",
    pong: "not documented",
    upgradeError: "not documented",
    upgrading: "not documented",
  },
};

const require = createRequire(import.meta.url);
const published = (name: string, file: string) =>
  join(dirname(require.resolve(`${name}/package.json`)), file);
const CLIENT = published("socket.io-client", "build/esm");
const ENGINE = published("engine.io-client", "build/esm/socket.d.ts");
const EMITTER = published("@socket.io/component-emitter", "lib/esm/index.d.ts");
const ours = (file: string) => fileURLToPath(new URL(`../../src/${file}`, import.meta.url));

const emitter = [
  ...declaredNames(ours("emitter.ts"), "Emitter"),
  ...declaredNames(ours("catch-all-emitter.ts"), "CatchAllEmitter"),
];
const options = ours("client/options.ts");
const engineOptions = declaredNames(options, "EngineOptions");

const NAMES: Record<string, readonly [string[], string[]]> = {
  "names of the module": [
    exportedNames(join(CLIENT, "index.d.ts")),
    exportedNames(ours("entry/client.node.ts")),
  ],
  "members of Socket": [
    declaredNames(join(CLIENT, "socket.d.ts"), "Socket"),
    [...declaredNames(ours("client/socket.ts"), "Socket"), ...emitter],
  ],
  "members of Manager": [
    declaredNames(join(CLIENT, "manager.d.ts"), "Manager"),
    [...declaredNames(ours("client/manager.ts"), "Manager"), ...emitter],
  ],
  "members of the emitters": [
    declaredNames(EMITTER, "Emitter"),
    // To emit is what sockets do; a manager and an engine tell only what happens to them.
    [...emitter, ...declaredNames(ours("client/socket.ts"), "Socket")],
  ],
  "members of the engine": [
    declaredNames(ENGINE, "Socket"),
    declaredNames(ours("client/engine.ts"), "Engine"),
  ],
  "options of Socket": [
    declaredNames(join(CLIENT, "socket.d.ts"), "SocketOptions"),
    declaredNames(options, "SocketOptions"),
  ],
  "options of Manager": [
    declaredNames(join(CLIENT, "manager.d.ts"), "ManagerOptions"),
    [...declaredNames(options, "ManagerOptions"), ...engineOptions],
  ],
  "options of the engine": [
    declaredNames(ENGINE, "SocketOptions"),
    // One time is enough for the option and the manager's own.
    [...engineOptions, ...declaredNames(options, "ManagerOptions")],
  ],
  "events of Socket": [
    declaredNames(join(CLIENT, "socket.d.ts"), "SocketReservedEvents"),
    declaredNames(ours("client/socket-events.ts"), "SocketEvents"),
  ],
  "events of Manager": [
    declaredNames(join(CLIENT, "manager.d.ts"), "ManagerReservedEvents"),
    declaredNames(ours("client/manager.ts"), "ManagerEvents"),
  ],
  "events of the engine": [
    declaredNames(ENGINE, "SocketReservedEvents"),
    declaredNames(ours("client/engine.ts"), "EngineEvents"),
  ],
};

describe("baro/client has every published name of socket.io-client but those that it lacks on purpose", () => {
  it.each(Object.entries(NAMES))("%s", (what, [wanted, had]) => {
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter((name) => !had.includes(name)).sort()).toEqual(
      Object.keys(LACKS[what] ?? {}).sort(),
    );
  });

  it("has the same types in a browser as in Node", () => {
    const inNode = exportedNames(ours("entry/client.node.ts"));
    expect(exportedNames(ours("entry/client.browser.ts")).sort()).toEqual(inNode.sort());
  });
});

describe.each([
  ["Node", ofNode],
  ["a browser", ofBrowser],
])("baro/client in %s, at run time", (_where, module) => {
  it("has what socket.io-client has, and lookup", () => {
    expect(Object.keys(module)).toEqual(expect.arrayContaining([...Object.keys(theirs), "lookup"]));
    expect(module.protocol).toBe(theirs.protocol);
    for (const name of ["connect", "default", "lookup"] as const) expect(module[name]).toBe(module.io);
  });

  it("has the rest on the function, which is what require gives", () => {
    const { io } = module;
    expect(Object.keys(io)).toEqual(expect.arrayContaining(Object.keys(theirs.io)));
    expect([io.io, io.connect, io.Manager, io.Socket, io.protocol]).toEqual([
      io,
      io,
      module.Manager,
      module.Socket,
      module.protocol,
    ]);
    expect((module as unknown as Record<string, unknown>)["module.exports"]).toBe(io);
    const socket = io.connect("http://127.0.0.1:1", { autoConnect: false });
    expect(socket).toBeInstanceOf(io.Socket);
    expect(socket.io).toBeInstanceOf(io.Manager);
  });
});
