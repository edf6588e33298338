import { describe, expect, it } from "vitest";
import { type EngineOptions, settleOptions } from "../../../src/node/http/engine-options.ts";

describe("settleOptions", () => {
  it("has the documented defaults", () => {
    expect(settleOptions({})).toEqual({
      path: "/engine.io/",
      addTrailingSlash: true,
      pingInterval: 25_000,
      pingTimeout: 20_000,
      upgradeTimeout: 10_000,
      maxHttpBufferSize: 1_000_000,
      maxQueued: 16_777_216,
      softQueued: 1_048_576,
      slowTime: 10_000,
      slowConsumer: "close",
      messageRate: 0,
      byteRate: 0,
      connectRate: 0,
      connectRatePerAddress: 0,
      burst: 4,
      maxConnections: 0,
      maxConnectionsPerAddress: 0,
      transports: ["polling", "websocket", "sse"],
      allowUpgrades: true,
      hookTimeout: 30_000,
      cookie: false,
      perMessageDeflate: false,
      httpCompression: true,
      checkOrigin: true,
      destroyUpgrade: true,
      destroyUpgradeTimeout: 1000,
    });
  });

  it("takes undefined for not given", () => {
    const options = { pingInterval: undefined } as unknown as EngineOptions;
    expect(settleOptions(options).pingInterval).toBe(25_000);
  });

  it.each([
    ["/socket.io", true, "/socket.io/"],
    ["/socket.io/", true, "/socket.io/"],
    ["/socket.io/", false, "/socket.io"],
    ["/", true, "/"],
    ["/", false, "/"],
  ])("makes of the path %j, with a slash: %j, %j", (path, addTrailingSlash, expected) => {
    expect(settleOptions({ path, addTrailingSlash }).path).toBe(expected);
  });

  it.each([
    [{ allowEIO3: true }, "clients of Socket.IO 2 cannot connect"],
    [{ wsEngine: "eiows" }, "leave wsEngine out"],
    [{ adapter: class {} }, "the option cluster"],
    [{ transports: ["polling", "webtransport"] }, '"webtransport"'],
  ])("refuses what is not ours, and says what to do: %j", (options, sentence) => {
    const settle = () => settleOptions(options as unknown as EngineOptions);
    expect(settle).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
    expect(settle).toThrow(sentence);
  });

  it("takes an option that is not ours when it asks for nothing", () => {
    expect(() => settleOptions({ allowEIO3: false, wsEngine: undefined } as EngineOptions)).not.toThrow();
  });

  it.each([
    { pingInterval: 0 },
    { pingTimeout: -1 },
    { upgradeTimeout: Number.NaN },
    { maxHttpBufferSize: "1e6" },
    { maxQueued: null },
    { transports: ["webtransport"] },
    { path: "socket.io" },
    { hookTimeout: 0 },
  ])("refuses %j", (options) => {
    expect(() => settleOptions(options as unknown as EngineOptions)).toThrow(
      expect.objectContaining({ code: "BARO_OPTION" }),
    );
  });
});
