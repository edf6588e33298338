import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dialOnce, openHandshakeServer } from "../support/endpoints.ts";
import { type RawCall, RawServer, readHead } from "../support/raw-peer.ts";
import { REQUESTS, RESPONSES } from "./handshakes.ts";

describe("a server", () => {
  let server: Awaited<ReturnType<typeof openHandshakeServer>>;
  beforeAll(async () => {
    server = await openHandshakeServer();
  });
  afterAll(() => server.close());

  for (const { id, request, status, matches = [], lacks = [] } of REQUESTS) {
    it(`${id}: ${status}`, async () => {
      const socket = connect(server.port, "127.0.0.1");
      // What follows a handshake that failed is never read as HTTP.
      socket.write(status === 101 ? request : `${request}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`);
      const { head, rest } = await readHead(socket);
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      for (const pattern of matches) expect(head).toMatch(pattern);
      for (const pattern of lacks) expect(head).not.toMatch(pattern);
      if (status !== 101) {
        let body = rest.toString();
        socket.on("data", (chunk) => {
          body += chunk;
        });
        if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
        expect(body).not.toMatch(/^HTTP/m);
        expect(head).toMatch(/^connection: close\r$/im);
      }
      socket.destroy();
      expect(server.plainRequests).toBe(0);
    });
  }
});

describe("a client", () => {
  for (const { id, offers = ["chat", "superchat"], answer, accepted = false } of RESPONSES) {
    it(`${id}: ${accepted ? "accepted" : "refused"}`, async () => {
      let call: RawCall | undefined;
      const server = await RawServer.listen((received) => {
        call = received;
        received.socket.write(answer(received.accept), "latin1");
        if (!accepted) received.socket.end();
      });
      const outcome = await dialOnce(`ws://127.0.0.1:${server.port}/`, offers);
      expect(outcome).toBe(accepted ? "open" : "failed");
      expect(call?.rest.length).toBe(0);
      server.close();
    });
  }
});
