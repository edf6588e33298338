import { describe, expect, it } from "vitest";
import type { SchemaOptions } from "../../../src/server/validation/event-schemas.ts";
import type { StandardResult, StandardSchema } from "../../../src/server/validation/standard-schema.ts";
import { TestServer } from "../support.ts";

function schemaOf(validate: (value: unknown) => StandardResult<unknown> | Promise<StandardResult<unknown>>) {
  return { "~standard": { version: 1, vendor: "test", validate } } satisfies StandardSchema;
}

const number = schemaOf((value) =>
  typeof value === "number"
    ? { value: value * 2 }
    : { issues: [{ message: "no number", path: ["a", { key: 0 }] }] },
);

/** A schema whose answers come when the test gives them. */
function slowSchema() {
  const answers: ((result: StandardResult<unknown>) => void)[] = [];
  const schema = schemaOf(() => new Promise((resolve) => answers.push(resolve)));
  return { schema, answers };
}

function start(schemas: Record<string, StandardSchema | StandardSchema[]>, options?: SchemaOptions) {
  const server = new TestServer();
  const heard: unknown[][] = [];
  server.schema(schemas, options);
  server.on("connection", (socket) => {
    const { on } = socket as unknown as { on(event: string, listener: (...args: unknown[]) => void): void };
    for (const event of ["e", "f"]) on.call(socket, event, (...args) => heard.push([event, ...args]));
    socket.on("error", ({ message }) => heard.push(["error", message]));
  });
  const session = server.join("/");
  session.take();
  return { server, session, heard };
}

/** Lets promises that are settled call back. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("schemas of events", () => {
  it("let listeners hear what comes out of them", () => {
    const { session, heard } = start({ e: number });
    session.receive('2["e",1]');
    expect(heard).toEqual([["e", 2]]);
  });

  it("refuse what does not fit, to the client and to the socket's error", () => {
    const { session, heard } = start({ e: number });
    session.receive('27["e","1"]');
    const message = 'The event "e" is not valid: no number';
    expect(heard).toEqual([["error", message]]);
    const issues = [{ argument: 0, path: ["a", 0], message: "no number" }];
    expect(session.take()).toEqual([
      `37${JSON.stringify([{ error: { code: "BARO_INVALID_EVENT", message, issues } }])}`,
    ]);
    expect(session.closed).toBe(false);
  });

  it("want as many arguments as there are, beside the acknowledgement", () => {
    const { session, heard } = start({ e: [number, number] });
    session.receive('2["e",1,2]', '2["e",1,2,3]', '2["e",1]');
    expect(heard[0]).toEqual(["e", 2, 4]);
    expect(heard[1]?.[1]).toMatch("one argument too many");
    expect(heard[2]?.[1]).toMatch("no number");
    session.receive('20["e",1,2]');
    expect(heard[3]).toEqual(["e", 2, 4, expect.any(Function)]);
  });

  it("let events without a schema pass, unless they are strict", () => {
    const lax = start({ e: number });
    lax.session.receive('2["f","x"]');
    expect(lax.heard).toEqual([["f", "x"]]);
    const strict = start({ e: number }, { strict: true });
    strict.session.receive('2["f","x"]');
    expect(strict.heard).toEqual([["error", 'The event "f" is not valid: no such event']]);
  });

  it("come before catch-all listeners and middleware", () => {
    const { server, session } = start({ e: number });
    const seen: unknown[] = [];
    for (const socket of server.sockets.sockets.values()) {
      socket.onAny((...event) => seen.push(["any", ...event]));
      socket.use((event, next) => {
        seen.push(["use", ...event]);
        next();
      });
    }
    session.receive('2["e","x"]', '2["e",1]');
    expect(seen).toEqual([
      ["any", "e", 2],
      ["use", "e", 2],
    ]);
  });

  it("keep the order of one client's events while one takes its time, and nobody else waits", async () => {
    const { schema, answers } = slowSchema();
    const { server, session, heard } = start({ e: schema });
    const other = server.join("/");
    session.receive('2["e",1]', '2["f",2]', '2["e",3]', '2["f",4]');
    other.receive('2["f",5]');
    expect(heard).toEqual([["f", 5]]);
    answers[0]?.({ value: "one" });
    await settled();
    expect(heard.slice(1)).toEqual([
      ["e", "one"],
      ["f", 2],
    ]);
    answers[1]?.({ issues: [{ message: "no" }] });
    await settled();
    expect(heard.slice(3)).toEqual([
      ["error", 'The event "e" is not valid: no'],
      ["f", 4],
    ]);
  });

  it("refuse what takes too long", async () => {
    const { schema } = slowSchema();
    const { server, session, heard } = start({ e: schema }, { timeout: 1_000 });
    session.receive('2["e",1]', '2["f",2]');
    server.clock.advance(1_000);
    expect(heard).toEqual([
      ["error", 'The event "e" is not valid: it could not be validated in time'],
      ["f", 2],
    ]);
  });

  it("end the connection of a client whose events pile up", () => {
    const { schema } = slowSchema();
    const { session } = start({ e: schema }, { maxWaiting: 2 });
    session.receive('2["e",1]', '2["e",2]', '2["e",3]');
    expect(session.closed).toBe(false);
    session.receive('2["e",4]');
    expect(session.closed).toBe(true);
  });

  it("forget what waits for a client that is gone", async () => {
    const { schema, answers } = slowSchema();
    const { session, heard } = start({ e: schema });
    session.receive('2["e",1]', '2["f",2]');
    session.end("transport close");
    answers[0]?.({ value: 1 });
    await settled();
    expect(heard).toEqual([]);
  });

  it("report the fault of a schema as the application's, and refuse the event", async () => {
    const fault = new Error("a fault of the schema");
    const thrower = schemaOf(() => {
      throw fault;
    });
    const { server, session, heard } = start({ e: thrower, f: schemaOf(() => Promise.reject(fault)) });
    session.receive('2["e",1]');
    expect(() => server.clock.advance(0)).toThrow(fault);
    session.receive('2["f",1]');
    await settled();
    expect(() => server.clock.advance(0)).toThrow(fault);
    expect(heard).toEqual([
      ["error", 'The event "e" is not valid: it could not be validated'],
      ["error", 'The event "f" is not valid: it could not be validated'],
    ]);
  });

  it("are those of the parent in namespaces of a pattern", () => {
    const server = new TestServer();
    const heard: unknown[] = [];
    const parent = server.of(/^\/room-/);
    parent.schema({ e: number }).on("connection", (socket) => socket.on("e", (value) => heard.push(value)));
    server.join("/room-1").receive('2/room-1,["e",1]', '2/room-1,["e","x"]');
    expect(heard).toEqual([2]);
  });

  it.each([{ e: {} }, { e: [number, null] }, { e: undefined }])("cannot be %j", (schemas) => {
    const declare = () => new TestServer().schema(schemas as unknown as Record<string, StandardSchema>);
    expect(declare).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });
});
