import { describe, expect, it } from "vitest";
import { ServerSession } from "../../../src/engine/server-session.ts";
import { SessionTable } from "../../../src/node/http/session-table.ts";
import { clock } from "../../../src/node/process.ts";
import { RecorderTransport } from "../../support/recorder-transport.ts";

const OPTIONS = {
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  maxPayload: 1_000_000,
  maxQueued: 10_000,
};

/** Longer than any test may take. */
const NEVER = 1_000_000;

function open(id: string): ServerSession {
  return new ServerSession(id, new RecorderTransport("websocket"), [], OPTIONS, clock.now());
}

describe("the sessions of a server", () => {
  it("are found by their ids, each until it ends, and counted out once", () => {
    const table = new SessionTable();
    const gone: string[] = [];
    const [one, two] = [open("one"), open("two")];
    table.add(one, "https://page.example", undefined, () => gone.push("one"));
    table.add(two, undefined, undefined, undefined);
    expect(table.get("one")).toMatchObject({ session: one, origin: "https://page.example" });
    expect([table.size, table.has("two"), table.has("three")]).toEqual([2, true, false]);
    one.close();
    one.close();
    expect([table.size, table.get("one"), gone]).toEqual([1, undefined, ["one"]]);
    // Programs that make their own ids may use one again.
    const again = open("one");
    table.add(again, undefined, undefined, undefined);
    again.close();
    two.close();
    expect([table.size, gone]).toEqual([0, ["one"]]);
  });

  it("end all together", () => {
    const table = new SessionTable();
    const sessions = ["one", "two", "three"].map(open);
    for (const session of sessions) table.add(session, undefined, undefined, undefined);
    table.close();
    expect([table.size, sessions.map(({ closed }) => closed)]).toEqual([0, [true, true, true]]);
  });

  it("tell when the last has ended: at once where none is there", async () => {
    const table = new SessionTable();
    await table.emptied(NEVER);
    const [one, two] = [open("one"), open("two")];
    table.add(one, undefined, undefined, undefined);
    table.add(two, undefined, undefined, undefined);
    let isEmpty = false;
    const emptied = table.emptied(NEVER).then(() => (isEmpty = true));
    one.close();
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    two.close();
    await emptied;
  });

  it("are waited for no longer than was asked", async () => {
    const table = new SessionTable();
    const session = open("one");
    table.add(session, undefined, undefined, undefined);
    await table.emptied(1);
    expect(session.closed).toBe(false);
    session.close();
  });
});
