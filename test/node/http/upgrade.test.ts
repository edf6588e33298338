import { EventEmitter, once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { message, startEngine } from "../../support/engine-app.ts";
import { RawPolling, RawWebSocket } from "../../support/engine-client.ts";
import { exchange } from "../../support/http.ts";

const BAD_REQUEST = '{"code":3,"message":"Bad request"}';
const HEADERS =
  "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const candidateFor = (client: RawPolling) => RawWebSocket.open(client.port, `&sid=${client.opening.sid}`);

/** The client's part: probe, end the pending poll, move over. */
async function upgrade(client: RawPolling): Promise<RawWebSocket> {
  const poll = client.poll();
  const socket = await candidateFor(client);
  socket.send("2probe");
  expect(await socket.next()).toBe("3probe");
  expect(await poll).toEqual(["6"]);
  socket.send("5");
  return socket;
}

describe("an upgrade", () => {
  it("moves a session from polling to WebSocket", async () => {
    const { port, engine, sessions, events, happened } = await startEngine();
    const socket = await upgrade(await RawPolling.open(port));
    await happened("upgraded");
    expect(events.at(-1)).toEqual(["upgraded", "websocket"]);
    socket.send("4hello");
    expect(await socket.next()).toBe("4hello");
    socket.send(Buffer.of(1, 2, 3));
    expect(await socket.next()).toEqual(Buffer.of(1, 2, 3));
    expect(sessions[0]?.transportName).toBe("websocket");
    socket.socket.close();
    await happened("closed");
    expect(events.at(-1)?.slice(0, 2)).toEqual(["closed", "transport close"]);
    expect(engine.clientsCount).toBe(0);
  });

  it("U-6: refuses polls and posts after it, and the session lives on", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = await upgrade(client);
    socket.send("4x");
    await socket.next();
    expect((await client.get()).body).toBe(BAD_REQUEST);
    expect((await client.post("4late")).body).toBe(BAD_REQUEST);
    socket.send("4still here");
    expect(await socket.next()).toBe("4still here");
  });

  it("U-8: keeps the order, and loses and doubles nothing, with a megabyte waiting", async () => {
    const { port, sessions } = await startEngine();
    const client = await RawPolling.open(port);
    const text = "x".repeat(10_000);
    const count = 200;
    const send = (from: number) => {
      for (let index = from; index < from + count / 2; index += 1) {
        sessions[0]?.send(message(`${index} ${text}`));
      }
    };
    const poll = client.poll();
    const socket = await candidateFor(client);
    socket.send("2probe");
    expect(await socket.next()).toBe("3probe");
    send(0);
    const received: (string | Buffer)[] = await poll;
    send(count / 2);
    socket.send("5");
    if (received[0] === "6") received.shift();
    while (received.length < count) received.push(await socket.next());
    expect(received).toEqual(Array.from({ length: count }, (_, index) => `4${index} ${text}`));
  });

  it("releases a poll that crossed the probe", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = await candidateFor(client);
    socket.send("2probe");
    expect(await socket.next()).toBe("3probe");
    expect(await client.poll()).toEqual(["6"]);
    expect(await client.poll()).toEqual(["6"]);
    socket.send("5");
    socket.send("4x");
    expect(await socket.next()).toBe("4x");
  });

  it.each([
    ["U-3: an upgrade without a probe", ["5"], []],
    ["U-4: a hundred probes", Array(100).fill("2probe"), ["3probe"]],
    ["U-5: a message before the upgrade", ["2probe", "4early"], ["3probe"]],
    ["U-5: binary before the probe", [Buffer.of(1)], []],
    ["garbage", ["garbage"], []],
  ])("is given up at %s, and polling goes on", async (_name, packets, answers) => {
    const { port, events } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = await candidateFor(client);
    for (const packet of packets) socket.send(packet);
    for (const answer of answers) expect(await socket.next()).toBe(answer);
    await socket.closed;
    await client.post("4still here");
    expect(await client.poll()).toEqual(["4still here"]);
    expect(events).toEqual([["open"]]);
    await upgrade(client);
  });

  it("U-1: is given up when no probe comes", async () => {
    const { port } = await startEngine({ upgradeTimeout: 50 });
    const client = await RawPolling.open(port);
    const socket = await candidateFor(client);
    await socket.closed;
    await client.post("4still here");
    expect(await client.poll()).toEqual(["4still here"]);
  });

  it("U-2: is refused while there is another, and after it", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const first = await candidateFor(client);
    await expect(candidateFor(client)).rejects.toThrow("refused: 400");
    first.send("2probe");
    expect(await first.next()).toBe("3probe");
    first.send("5");
    first.send("4x");
    expect(await first.next()).toBe("4x");
    await expect(candidateFor(client)).rejects.toThrow("refused: 400");
  });

  it("is refused for an unknown session, and where it was not offered", async () => {
    const unknown = await startEngine();
    await expect(RawWebSocket.open(unknown.port, "&sid=abc")).rejects.toThrow("refused: 400");
    const { port } = await startEngine({ allowUpgrades: false });
    await expect(candidateFor(await RawPolling.open(port))).rejects.toThrow("refused: 400");
  });

  it("may be tried again as often as it fails", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    for (let count = 0; count < 20; count += 1) {
      const socket = await candidateFor(client);
      socket.send("garbage");
      await socket.closed;
    }
    await upgrade(client);
  });

  it("is over when its session ends", async () => {
    const { port } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = await candidateFor(client);
    await client.post("1");
    await socket.closed;
  });

  it("still delivers what a closing session has", async () => {
    const { port, sessions, engine } = await startEngine();
    const client = await RawPolling.open(port);
    const socket = await candidateFor(client);
    socket.send("2probe");
    expect(await socket.next()).toBe("3probe");
    sessions[0]?.send(message("last"));
    sessions[0]?.close();
    socket.send("5");
    expect(await socket.next()).toBe("4last");
    await socket.closed;
    expect(engine.clientsCount).toBe(0);
  });
});

describe("a handshake", () => {
  it.each([
    ["with another version, and a request behind it", 426, HEADERS.replace(": 13", ": 1337")],
    ["with a body", 400, `${HEADERS}Content-Length: 5\r\n`],
    ["with a chunked body", 400, `${HEADERS}Transfer-Encoding: chunked\r\n`],
    ["with a key of 21 characters", 400, HEADERS.replace("ZQ==", "Z")],
    ["to another protocol", 426, HEADERS.replace("websocket", "h2c")],
  ])("H-7: that fails ends the connection, %s", async (_name, status, headers) => {
    const { port, engine } = await startEngine();
    const answer = await exchange(
      port,
      `GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n${headers}\r\n` +
        "GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n",
    );
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/connection: close/i);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(engine.clientsCount).toBe(0);
  });

  it("H-6: on polling is refused, with the error as its body", async () => {
    const { port } = await startEngine();
    const answer = await exchange(port, `GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n${HEADERS}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain(BAD_REQUEST);
  });

  it("H-8: with bytes that are no frame behind it fails with 1002", async () => {
    const { port, happened } = await startEngine();
    const target = "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n";
    const answer = await exchange(port, `${target}${HEADERS}\r\ntest`);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.slice(answer.indexOf("\r\n\r\n"))).toContain("\x03\xea");
    await happened("closed");
  });

  it("H-9, U-7: is forgotten when the peer goes while a hook is asked", async () => {
    const hook = new EventEmitter();
    const { port, engine } = await startEngine({
      allowRequest: (request, callback) => hook.emit("asked", request, callback),
    });
    const asked = once(hook, "asked");
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\n${HEADERS}\r\n`);
    const [request, callback] = await asked;
    const closed = new Promise((resolve) => request.socket.once("close", resolve));
    socket.resetAndDestroy();
    await closed;
    callback(null, true);
    expect(engine.clientsCount).toBe(0);
  });
});
