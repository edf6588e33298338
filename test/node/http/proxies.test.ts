import { createServer, IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { Server } from "baro";
import express from "express";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { Proxies, type TrustProxy } from "../../../src/node/http/proxies.ts";
import { startEngine } from "../../support/engine-app.ts";
import { ask, listen } from "../../support/http.ts";

/** Says what Express and Baro take for the address of a client, on one port and under one setting. */
async function startBoth(trust: TrustProxy): Promise<(forwarded: string | undefined) => Promise<string[]>> {
  const app = express();
  app.set("trust proxy", trust);
  app.get("/ip", (request, response) => void response.send(request.ip));
  const http = createServer(app);
  const io = new Server(http, { trustProxy: trust });
  const { port } = await listen(http);
  return async (forwarded) => {
    const headers: Record<string, string> = forwarded === undefined ? {} : { "X-Forwarded-For": forwarded };
    const address = new Promise<string>((resolve) => {
      io.engine.once("connection", ({ remoteAddress }) => resolve(remoteAddress));
    });
    const { body } = await ask({ port, path: "/ip", headers });
    await ask({ port, path: "/socket.io/?EIO=4&transport=polling", headers });
    return [body, await address];
  };
}

const SETTINGS: readonly TrustProxy[] = [
  false,
  true,
  1,
  2,
  "loopback",
  "loopback, 10.0.0.0/8",
  ["127.0.0.1", "::1", "uniquelocal"],
  "172.16.0.0/12",
  (address, hop) => hop < 3 && address !== "203.0.113.7",
];

describe("Proxies", () => {
  it.each(SETTINGS.map((trust) => [trust]))("find with %j the address that Express finds", async (trust) => {
    const askBoth = await startBoth(trust);
    const address = fc.constantFrom(
      "10.1.2.3",
      "172.16.4.5",
      "192.168.6.7",
      "203.0.113.7",
      "2001:db8::1",
      "::1",
    );
    const chain = fc.option(fc.array(address, { maxLength: 4 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(chain, async (addresses) => {
        const [ofExpress, ofBaro] = await askBoth(addresses?.join(", "));
        expect(ofBaro).toBe(ofExpress);
      }),
      { numRuns: 20 },
    );
  });

  it.each([-1, 1.5, "nowhere", ["10.0.0.0/99"]])("cannot be %j", (trust) => {
    expect(() => new Proxies(trust)).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
    expect(() => new Server({ trustProxy: trust })).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });

  it("belong to the server, and not to one of its ports", () => {
    const attach = () => new Server().attach(createServer(), { trustProxy: true });
    expect(attach).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });
});

describe("the origin check behind proxies", () => {
  const handshake = "/engine.io/?EIO=4&transport=polling";
  const forwarded = { "X-Forwarded-Host": "good.example", "X-Forwarded-Proto": "https" };

  it("goes by the host that a trusted proxy names", async () => {
    const { port } = await startEngine({ trustProxy: "loopback" });
    const statusFor = async (headers: Record<string, string>): Promise<number> =>
      (await ask({ port, path: handshake, headers })).status;
    expect(await statusFor({ Origin: "https://good.example", ...forwarded })).toBe(200);
    expect(await statusFor({ Origin: "https://evil.example", ...forwarded })).toBe(403);
    // The page came in the clear, and the client is known to talk in TLS.
    expect(await statusFor({ Origin: "http://good.example", ...forwarded })).toBe(403);
    expect(await statusFor({ Origin: "http://good.example", "X-Forwarded-Host": "good.example, a" })).toBe(
      200,
    );
  });

  it("says once which page was refused, and what to do", async () => {
    const { port } = await startEngine();
    const warnings: NodeJS.ErrnoException[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on("warning", keep);
    onTestFinished(() => void process.off("warning", keep));
    for (const origin of ["https://a.example", "https://b.example"]) {
      await ask({ port, path: handshake, headers: { Origin: origin } });
    }
    expect(warnings.map(({ code }) => code)).toEqual(["BARO_ORIGIN"]);
    expect(warnings[0]?.message).toMatch(/^A page of "https:\/\/a.example" .* cors: \{ origin \}/);
  });

  it("does not go by what anybody else names", async () => {
    for (const trustProxy of [undefined, "10.0.0.0/8"]) {
      const { port } = await startEngine(trustProxy === undefined ? {} : { trustProxy });
      const { status } = await ask({
        port,
        path: handshake,
        headers: { Origin: "https://good.example", ...forwarded },
      });
      expect(status).toBe(403);
    }
  });
});

describe("the host that a client asked for", () => {
  it.each([
    [["Host", "a.example"], "a.example"],
    [[":authority", "a.example:8443"], "a.example:8443"],
    // RFC 9113, section 8.3.1.
    [["host", "b.example", ":authority", "a.example"], "a.example"],
    [[], undefined],
  ])("is read off %j as %s", (rawHeaders, host) => {
    const request = Object.assign(new IncomingMessage(new Socket()), { rawHeaders });
    expect(new Proxies(false).hostOf(request)).toBe(host);
  });

  it.each([
    [true, "public.example"],
    [false, "inner.example"],
  ])("is that of the proxy where trustProxy is %s", (trust, host) => {
    const request = Object.assign(new IncomingMessage(new Socket()), {
      rawHeaders: ["Host", "inner.example"],
      headers: { "x-forwarded-host": "public.example, other.example" },
    });
    expect(new Proxies(trust).hostOf(request)).toBe(host);
  });
});
