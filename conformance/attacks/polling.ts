import { type EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";
import { until } from "../../test/node/websocket/echo-server.ts";
import type { RawPolling } from "../../test/support/engine-client.ts";
import { type Answer, ask } from "../../test/support/http.ts";
import { answerTo } from "../support/answer-to.ts";
import type { Round } from "./arena.ts";
import type { Attack } from "./attack.ts";
import { onSocketIo, targetOf } from "./on-socket-io.ts";
import { scale } from "./scale.ts";
import { startOwnSocketIo, startSocketIo } from "./targets.ts";

const ENGINE = "/socket.io/?EIO=4&transport=polling";
// The honest client has to join, and to answer pings, in these times.
const QUICK = { connectTimeout: 500, pingInterval: 300, pingTimeout: 1_000 };

const refusal = (code: number, message: string) => JSON.stringify({ code, message });
const BAD_REQUEST = refusal(3, "Bad request");

/** The head of a POST as text. */
const head = ({ path }: Pick<RawPolling, "path">, ...headers: string[]): string =>
  ["POST", path, "HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain"].join(" ") +
  ["", ...headers].join("\r\n") +
  "\r\n\r\n";

/** The session is over, and its socket knows why. */
async function expectEnd(round: Round, session: RawPolling, reason?: string): Promise<void> {
  let { body } = await session.get();
  // The next poll after the end still hears of it.
  if (body === "1") ({ body } = await session.get());
  expect(body).toBe(refusal(1, "Session ID unknown"));
  if (reason !== undefined) expect(targetOf(round).reasons.at(-1)).toBe(reason);
}

/** A body that ends its session, with the answer to it. */
const ends = (
  id: string,
  name: string,
  bodies: readonly string[],
  statuses: readonly number[] = [200, 400],
  reason = "parse error",
): Attack =>
  onSocketIo(id, name, async (round) => {
    for (const body of bodies) {
      const session = await round.poll(true);
      expect(statuses).toContain((await session.post(body)).status);
      await expectEnd(round, session, reason);
    }
  });

export const POLLING: readonly Attack[] = [
  onSocketIo("P-1", "1,000,001 bytes announced: 413 before they come", async (round) => {
    const session = await round.poll(true);
    const answer = await answerTo(round.target.port, head(session, "Content-Length: 1000001"));
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*^connection: close\r$/ims);
    await expectEnd(round, session, "transport error");
  }),
  onSocketIo("P-1", "more than that in chunks, without a length", async (round) => {
    const session = await round.poll(true);
    const chunk = `8000\r\n${"4".repeat(0x8000)}\r\n`;
    const bytes = head(session, "Transfer-Encoding: chunked") + chunk.repeat(31);
    expect(await answerTo(round.target.port, bytes)).toMatch(/^HTTP\/1\.1 413 /);
    await expectEnd(round, session, "transport error");
  }),
  onSocketIo(
    "P-1",
    "a limit in bytes, where characters take three",
    async (round) => {
      const session = await round.poll(true);
      const event = (text: string) => `42${JSON.stringify(["echo", text])}`;
      const exact = event("€".repeat(328) + "x".repeat(3));
      expect(Buffer.byteLength(exact)).toBe(1000);
      expect((await session.post(exact)).body).toBe("ok");
      expect((await session.post(event("€".repeat(340)))).status).toBe(413);
      await expectEnd(round, session, "transport error");
    },
    { maxHttpBufferSize: 1000 },
  ),
  onSocketIo("P-1", "lengths that lie", async (round) => {
    const short = await round.poll(true);
    const answer = await answerTo(round.target.port, `${head(short, "Content-Length: 1")}3xxx\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /m);
    const long = await round.poll(true);
    const socket = connect(round.target.port, "127.0.0.1");
    socket.end(`${head(long, "Content-Length: 100")}3`);
    await until(() => targetOf(round).reasons.at(-1) === "transport error");
    await expectEnd(round, long);
    socket.destroy();
  }),
  ends("P-2", "a megabyte of separators, of empty messages, of heartbeats, of CONNECTs", [
    "\x1e".repeat(1_000_000),
    "4\x1e".repeat(499_999).slice(0, -1),
    "3\x1e".repeat(499_999).slice(0, -1),
    "40\x1e".repeat(333_333).slice(0, -1),
  ]),
  onSocketIo("P-2", "125,000 events in one POST: the others are answered in between", async (round) => {
    const session = await round.poll(true);
    const socket = [...targetOf(round).io.sockets.sockets.values()].at(-1);
    let count = 0;
    let answersBefore = 0;
    socket?.on("a", () => {
      if (count === 0) answersBefore = round.healthy.answers;
      count += 1;
    });
    expect((await session.post(Array(125_000).fill('42["a"]').join("\x1e"))).body).toBe("ok");
    expect(count).toBe(125_000);
    expect(round.healthy.answers - answersBefore).toBeGreaterThan(10);
  }),
  onSocketIo(
    "P-3",
    "two polls at once: the second is refused, the first ends, and so does the session",
    async (round) => {
      const session = await round.poll(true);
      const answers = await Promise.all([session.get(), session.get()]);
      expect(answers.map(({ body }) => body).sort()).toEqual(["1", BAD_REQUEST]);
      await expectEnd(round, session, "transport error");
    },
  ),
  onSocketIo("P-3", "two POSTs at once", async (round) => {
    const session = await round.poll(true);
    const socket = connect(round.target.port, "127.0.0.1");
    socket.write(`${head(session, "Content-Length: 10")}3`);
    await until(() => socket.bytesWritten > 0);
    let second: Answer | undefined;
    // The first may still be on its way.
    for (second = await session.post("3"); second.status === 200; second = await session.post("3"));
    expect(second.body).toBe(BAD_REQUEST);
    socket.destroy();
    await expectEnd(round, session, "transport error");
  }),
  {
    ids: ["P-4"],
    name: "a body that stays unfinished on a server that Baro made: 408 after requestTimeout",
    start: () =>
      startOwnSocketIo((http) => Object.assign(http, { requestTimeout: 500, headersTimeout: 500 })),
    rounds: 1,
    async run(round) {
      const session = await round.poll(true);
      const answer = await answerTo(round.target.port, `${head(session, "Content-Length: 10")}3`);
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      await expectEnd(round, session, "transport error");
    },
  },
  onSocketIo("P-5", "a binary body", async (round) => {
    const session = await round.poll(true);
    const headers = { "Content-Type": "application/octet-stream" };
    const { port } = round.target;
    const answer = await ask({ port, path: session.path, method: "POST", headers, body: "3" });
    expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
    await expectEnd(round, session, "transport error");
  }),
  onSocketIo(
    "P-6",
    "the error codes of Engine.IO, each with its message",
    async (round) => {
      const { port } = round.target;
      const polling = await round.poll();
      const peer = await round.dial();
      await peer.arrived(1);
      const { sid } = JSON.parse(peer.frames[0]?.payload.toString("utf8", 1) ?? "") as { sid: string };
      const cases: readonly (readonly [query: string, method: string, status: number, body: string])[] = [
        ["EIO=4", "GET", 400, refusal(0, "Transport unknown")],
        ["EIO=4&transport=smoke", "GET", 400, refusal(0, "Transport unknown")],
        ["EIO=4&transport=polling&sid=none", "GET", 400, refusal(1, "Session ID unknown")],
        ["EIO=4&transport=polling&sid=none", "POST", 400, refusal(1, "Session ID unknown")],
        ["EIO=4&transport=polling", "POST", 400, refusal(2, "Bad handshake method")],
        ["EIO=4&transport=polling", "PUT", 400, refusal(2, "Bad handshake method")],
        ["EIO=4&transport=websocket", "GET", 400, BAD_REQUEST],
        [`EIO=4&transport=websocket&sid=${polling.opening.sid}`, "GET", 400, BAD_REQUEST],
        [`EIO=4&transport=polling&sid=${sid}`, "GET", 400, BAD_REQUEST],
        [`EIO=4&transport=polling&sid=${sid}`, "POST", 400, BAD_REQUEST],
        ["EIO=4&transport=polling&forbidden", "GET", 403, refusal(4, "no")],
        ["EIO=3&transport=polling", "GET", 400, refusal(5, "Unsupported protocol version")],
        ["transport=polling", "GET", 400, refusal(5, "Unsupported protocol version")],
      ];
      for (const [query, method, status, body] of cases) {
        const answer = await ask({ port, path: `/socket.io/?${query}`, method });
        expect([query, answer.status, answer.body]).toEqual([query, status, body]);
        expect(answer.headers["content-type"]).toBe("application/json");
      }
      const other = await ask({ port, path: `${polling.path.replace("EIO=4", "EIO=3")}` });
      expect(other.status).toBe(400);
      expect((await polling.post("3")).body).toBe("ok");
    },
    { allowRequest: (request, done) => done(request.url?.endsWith("forbidden") ? "no" : null, true) },
  ),
  onSocketIo(
    "P-7",
    "handshakes, and nothing after them: none is left after connectTimeout and one heartbeat",
    async (round) => {
      const count = scale(10_000, 300);
      for (let i = 0; i < count; i += 100) {
        await Promise.all(Array.from({ length: 100 }, () => ask({ port: round.target.port, path: ENGINE })));
      }
      await until(() => targetOf(round).io.engine.clientsCount === 1);
    },
    QUICK,
  ),
  ends("P-8", "binary that is no base64, or belongs to no packet", [
    ...["b!!!!", "bAAA", "bAA==AAAA"].map((text) => `451-["echo",{"_placeholder":true,"num":0}]\x1e${text}`),
    "bAQID",
    "b",
  ]),
  onSocketIo("P-8", "attachments that are longer together than a message may be", async (round) => {
    const session = await round.poll(true);
    const slots = [0, 1].map((num) => JSON.stringify({ _placeholder: true, num }));
    const attachment = `b${Buffer.alloc(600_000).toString("base64")}`;
    expect((await session.post(`452-["echo",${slots}]`, attachment)).body).toBe("ok");
    await session.post(attachment);
    await expectEnd(round, session, "parse error");
  }),
  onSocketIo(
    "P-9",
    "a client that never polls while others broadcast: it goes, and holds no more than its limit",
    async (round) => {
      const { io, reasons } = targetOf(round);
      const [healthy = ""] = io.sockets.sockets.keys();
      await round.poll(true);
      const before = round.memory();
      let held = 0;
      for (let i = 0; i < 200 && io.sockets.sockets.size === 2; i += 1) {
        io.except(healthy).emit("news", `${i}${"x".repeat(10_000)}`);
        held += 1;
      }
      expect(held).toBeLessThanOrEqual(105);
      expect(reasons.at(-1)).toBe("transport error");
      expect(round.memory() - before).toBeLessThan(500_000);
    },
    { maxQueued: 1024 * 1024 },
  ),
  {
    ids: ["P-10"],
    name: "polls that break off: each ends its session",
    async start() {
      const started = await startSocketIo();
      const { engine } = started.io;
      engine.use((request, _response, next) => {
        next();
        // From now on the poll waits, and may break off.
        if (request.url?.includes("sid=") && request.method === "GET")
          (engine as EventEmitter).emit("polled");
      });
      return started;
    },
    async run(round) {
      const { engine } = targetOf(round).io;
      for (let i = 0; i < scale(10_000, 50); i += 1) {
        const session = await round.poll();
        const socket = connect(round.target.port, "127.0.0.1");
        socket.on("error", () => {});
        socket.write(`GET ${session.path} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await once(engine, "polled");
        if (i % 2 === 0) socket.resetAndDestroy();
        else socket.destroy();
      }
      await until(() => engine.clientsCount === 1);
    },
  },
  ends("P-11", "packets that are not a client's to send, and what is no packet", [
    "2",
    "0{}",
    "5",
    "6",
    "7",
    "",
    "x",
    "2probe",
    "3\x1e",
  ]),
  onSocketIo("P-12", "JSONP: it is not there", async (round) => {
    const { port } = round.target;
    for (const parameter of ["j=0", "j=alert(1)//", "j[]=&j=", "j"]) {
      const answer = await ask({ port, path: `${ENGINE}&${parameter}` });
      expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
      expect(answer.headers["content-type"]).toBe("application/json");
    }
    for (const body of ["d=40&d=40", "d=40"]) {
      const session = await round.poll(true);
      const headers = { "Content-Type": "application/x-www-form-urlencoded" };
      const answer = await ask({ port, path: session.path, method: "POST", headers, body });
      expect([answer.status, answer.body]).toEqual([400, BAD_REQUEST]);
      await expectEnd(round, session, "parse error");
    }
  }),
  onSocketIo("P-13", "pages of other origins: 403, and no header that lets them read", async (round) => {
    const { port } = round.target;
    const session = await round.poll();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1.evil.example"]) {
      const headers = { Origin: origin, Cookie: "session=1" };
      const requests = [
        { path: ENGINE, headers },
        { path: session.path, headers },
        { path: session.path, headers, method: "POST", body: "40" },
        { path: ENGINE, method: "OPTIONS", headers: { ...headers, "Access-Control-Request-Method": "POST" } },
      ];
      for (const request of requests) {
        const answer = await ask({ port, ...request });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
    }
  }),
  onSocketIo(
    "P-13",
    "a page that may, beside one that may not: caches keep them apart",
    async (round) => {
      const { port } = round.target;
      const from = (Origin: string) => ask({ port, path: ENGINE, headers: { Origin } });
      const [friend, stranger] = [await from("https://app.example"), await from("https://evil.example")];
      expect([friend.status, friend.headers["access-control-allow-origin"], friend.headers.vary]).toEqual([
        200,
        "https://app.example",
        "Origin",
      ]);
      expect([
        stranger.status,
        stranger.headers["access-control-allow-origin"],
        stranger.headers.vary,
      ]).toEqual([403, undefined, "Origin"]);
      const { sid } = JSON.parse(friend.body.slice(1)) as { sid: string };
      await ask({ port, path: `${ENGINE}&sid=${sid}`, method: "POST", body: "1" });
    },
    { cors: { origin: ["https://app.example"], credentials: true } },
  ),
  onSocketIo(
    "P-14",
    "guessing: ids share nothing, and none of those next to them is there",
    async (round) => {
      const { port } = round.target;
      const ids: Buffer[] = [];
      for (let i = 0; i < 40; i += 1) {
        ids.push(Buffer.from((await round.poll()).opening.sid, "base64url"));
      }
      expect(new Set(ids.map((id) => id.length))).toEqual(new Set([16]));
      // Of 40 random bytes, some differ; no place holds a counter or a clock.
      for (let place = 0; place < 16; place += 1) {
        expect(new Set(ids.map((id) => id[place])).size).toBeGreaterThan(8);
      }
      const [id = Buffer.alloc(16)] = ids;
      const guesses = ["__proto__", "constructor", "toString", "", id.toString("base64url").slice(0, 21)];
      for (const step of [1, 255]) {
        const near = Buffer.from(id);
        near[15] = ((near[15] ?? 0) + step) % 256;
        guesses.push(near.toString("base64url"));
      }
      for (const guess of guesses) {
        const answer = await ask({ port, path: `${ENGINE}&sid=${guess}` });
        expect([answer.status, answer.body]).toEqual([400, refusal(1, "Session ID unknown")]);
      }
    },
  ),
];
