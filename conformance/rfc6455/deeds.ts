import { once } from "node:events";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { expect } from "vitest";
import { dialOnce, openEndpoint, openHandshakeServer, startTlsEcho } from "../support/endpoints.ts";
import { PureSubject } from "../support/pure-subject.ts";
import { type RawCall, RawPeer, RawServer, requestText, responseText } from "../support/raw-peer.ts";
import { CERT, KEY } from "../support/tls.ts";
import { closed, closePayload, peerOf } from "../support/wire.ts";

/** What cannot be said as bytes and their answer, as a deed that fails where the requirement is not met. */
export interface Deed {
  readonly id: string;
  readonly musts: readonly string[];
  prove(): Promise<void>;
}

/** The calls that our client makes to a bare server, which accepts them. */
async function calls(count: number, target: string, protocols: string[] = []): Promise<RawCall[]> {
  const made: RawCall[] = [];
  const server = await RawServer.listen((call) => {
    made.push(call);
    call.socket.write(responseText(call.accept));
  });
  for (let i = 0; i < count; i += 1) await dialOnce(`ws://127.0.0.1:${server.port}${target}`, protocols);
  server.close();
  return made;
}

const INVALID_URLS = ["", "no url", "ws://", "ws://[::1", "ftp://127.0.0.1/", "ws://127.0.0.1:99999/"];

export const DEEDS: readonly Deed[] = [
  {
    id: "4.1 a URL that is none fails before anything is sent",
    musts: ["4.1/1"],
    async prove() {
      for (const url of INVALID_URLS) await expect(dialOnce(url)).rejects.toThrow();
    },
  },
  {
    id: "4.1 nobody listens",
    musts: ["4.1/3"],
    async prove() {
      const server = await RawServer.listen(() => {});
      server.close();
      expect(await dialOnce(`ws://127.0.0.1:${server.port}`)).toBe("failed");
    },
  },
  {
    id: "4.1 a client's request, by its lines",
    musts: ["4.1/6", "4.1/7", "4.1/8", "4.1/9", "4.1/10", "4.1/11", "4.1/12", "4.1/13", "4.1/16"],
    async prove() {
      const [call] = await calls(1, "/a/b?c=d");
      const { request = "" } = call ?? {};
      const [first, ...lines] = request.trimEnd().split("\r\n");
      expect(first).toBe("GET /a/b?c=d HTTP/1.1");
      const headers = new Map(
        lines.map((line) => {
          const at = line.indexOf(":");
          return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
        }),
      );
      expect(headers.size).toBe(lines.length);
      expect(headers.get("host")).toBe(`127.0.0.1:${call?.port}`);
      expect(headers.get("upgrade")).toBe("websocket");
      expect(headers.get("connection")).toBe("Upgrade");
      expect(headers.get("sec-websocket-version")).toBe("13");
      const key = headers.get("sec-websocket-key") ?? "";
      expect(Buffer.from(key, "base64")).toHaveLength(16);
      expect(Buffer.from(key, "base64").toString("base64")).toBe(key);
      expect(headers.has("sec-websocket-protocol")).toBe(false);
    },
  },
  {
    id: "4.1 a fresh key for each connection",
    musts: ["4.1/14"],
    async prove() {
      const keys = (await calls(20, "/")).map(
        ({ request }) => /sec-websocket-key: (\S+)/i.exec(request)?.[1],
      );
      expect(new Set(keys).size).toBe(20);
    },
  },
  {
    id: "4.1 subprotocols are offered as they are, and must be tokens, each once",
    musts: ["4.1/17"],
    async prove() {
      const [call] = await calls(1, "/", ["chat", "superchat"]);
      expect(call?.request).toMatch(/^sec-websocket-protocol: chat, ?superchat\r$/im);
      for (const wrong of [[""], ["a", "a"], ["a b"], ['"a"'], ["a,b"], ["ä"], ["a\r\nb: c"]]) {
        await expect(dialOnce("ws://127.0.0.1:1/", wrong)).rejects.toThrow();
      }
    },
  },
  {
    id: "4.1 a client sends nothing before the answer",
    musts: ["4.1/18"],
    async prove() {
      let received = -1;
      const server = await RawServer.listen(({ socket, rest, accept }) => {
        received = rest.length;
        socket.on("data", (chunk) => {
          received += chunk.length;
        });
        // Two turns of the loop: what was sent with the request, or right behind it, is here by then.
        setImmediate(() => setImmediate(() => socket.write(responseText(accept))));
      });
      expect(await dialOnce(`ws://127.0.0.1:${server.port}/`)).toBe("open");
      expect(received).toBe(0);
      server.close();
    },
  },
  {
    id: "4.1 TLS: a certificate that nobody vouches for fails; the name of the host is in the handshake",
    musts: ["4.1/4", "4.1/5"],
    async prove() {
      const names: string[] = [];
      const server = createServer({
        cert: CERT,
        key: KEY,
        SNICallback(name, done) {
          names.push(name);
          done(null);
        },
      });
      let requests = 0;
      server.on("upgrade", () => {
        requests += 1;
      });
      server.on("tlsClientError", () => {});
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      expect(await dialOnce(`wss://localhost:${(server.address() as AddressInfo).port}/`)).toBe("failed");
      expect(names).toEqual(["localhost"]);
      expect(requests).toBe(0);
      server.close();
    },
  },
  {
    id: "4.2.2 over TLS everything stays in the tunnel, both ways",
    musts: ["4.2.2/1", "4.1/4"],
    async prove() {
      const echo = await startTlsEcho();
      expect(await echo.ask("Hello")).toBe("Hello");
      await echo.close();
    },
  },
  {
    id: "4.2.2 an origin that is not accepted: 403",
    musts: ["4.2.2/2"],
    async prove() {
      const server = await openHandshakeServer({ checkOrigin: "https://good.example" });
      await expect(
        RawPeer.dial(server.port, requestText({ Origin: "https://evil.example" })),
      ).rejects.toThrow("403");
      (await RawPeer.dial(server.port, requestText({ Origin: "https://good.example" }))).destroy();
      server.close();
    },
  },
  {
    id: "4.2.2 a resource that is not there: an error",
    musts: ["4.2.2/4"],
    async prove() {
      const server = await openHandshakeServer({ path: "/ws" });
      await expect(RawPeer.dial(server.port, requestText({}, "GET /other HTTP/1.1"))).rejects.toThrow(
        / 40[04]/,
      );
      (await RawPeer.dial(server.port, requestText({}, "GET /ws HTTP/1.1"))).destroy();
      server.close();
    },
  },
  {
    id: "5.1 a client masks every frame of its own, a server none",
    musts: ["5.1/1", "5.1/3", "5.3/1", "6.1/5"],
    async prove() {
      for (const role of ["server", "client"] as const) {
        const endpoint = await openEndpoint(role);
        const { subject, peer } = await endpoint.pair();
        for (const length of [0, 1, 125, 126, 65_536]) subject.sendText("x".repeat(length));
        subject.sendBinary(Buffer.alloc(100_000));
        subject.sendPing("p");
        subject.close(1000);
        await peer.arrived(8);
        expect(peer.frames.map(({ masked }) => masked)).toEqual(new Array(8).fill(role === "client"));
        peer.destroy();
        await endpoint.close();
      }
    },
  },
  {
    id: "5.3 a client's masking keys are fresh, and do not tell the next one",
    musts: ["5.3/2", "5.3/3"],
    async prove() {
      const endpoint = await openEndpoint("client");
      const { subject, peer } = await endpoint.pair();
      const keys: number[] = [];
      let bytes = Buffer.alloc(0);
      peer.socket.on("data", (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
      });
      for (let i = 0; i < 4096; i += 1) subject.sendText("");
      await peer.arrived(4096);
      for (let at = 0; at < bytes.length; at += 6) keys.push(bytes.readUInt32BE(at + 2));
      expect(new Set(keys).size).toBeGreaterThan(4090);
      const steps = new Set(keys.slice(1).map((key, i) => (key - (keys[i] ?? 0)) >>> 0));
      expect(steps.size).toBeGreaterThan(4090);
      // Each bit is set in about half of them: 4,096 throws stay within six standard deviations, which are 192.
      for (let bit = 0; bit < 32; bit += 1) {
        const set = keys.filter((key) => ((key >>> bit) & 1) === 1).length;
        expect(Math.abs(set - 2048)).toBeLessThan(192);
      }
      peer.destroy();
      await endpoint.close();
    },
  },
  {
    id: "7.2.1 TCP is lost in the middle of a frame: no message, and the end is said once",
    musts: ["7.2.1/1"],
    async prove() {
      for (const role of ["server", "client"] as const) {
        const subject = new PureSubject(role);
        subject.feed(peerOf(role)(0x81, "cut").subarray(0, 4));
        subject.connection.receiveEnd();
        subject.feed(peerOf(role)(0x81, "late"));
        expect(subject.events).toEqual([{ closed: 1006, reason: "" }]);
        expect(subject.names).toEqual([]);
      }
    },
  },
  {
    id: "7.2.2 TCP is lost in the middle of the handshake: the server goes on",
    musts: ["7.2.2/1"],
    async prove() {
      const server = await openHandshakeServer();
      const half = connect(server.port, "127.0.0.1");
      half.on("error", () => {});
      half.write(requestText().slice(0, 60));
      await once(half, "connect");
      half.resetAndDestroy();
      (await RawPeer.dial(server.port)).destroy();
      server.close();
    },
  },
  {
    id: "7.4.1 a program cannot send the codes that are none",
    musts: ["7.4.1/1", "7.4.1/2", "7.4.1/3"],
    async prove() {
      const subject = new PureSubject("server");
      for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536, -1]) {
        expect(() => subject.close(code)).toThrow();
      }
      subject.close(4999);
      subject.feed(peerOf("server")(0x88, closePayload(4999)));
      expect(subject.names).toEqual([closed(4999)]);
    },
  },
];
