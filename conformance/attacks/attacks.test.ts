import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { carryOut } from "./carry-out.ts";
import { CATALOGUE } from "./catalogue.ts";
import { CLIENT } from "./client.ts";
import { ELSEWHERE } from "./elsewhere.ts";
import { FRAMES } from "./frames.ts";
import { HANDSHAKES } from "./handshakes.ts";
import { MEMORY } from "./memory.ts";
import { SOCKET_IO } from "./socket.io.ts";
import { SOCKET_IO_CLIENT } from "./socket.io-client.ts";

const WEBSOCKET = [...HANDSHAKES, ...FRAMES, ...CLIENT, ...SOCKET_IO_CLIENT, ...MEMORY];

describe("under attack", () => carryOut(WEBSOCKET));

describe("the catalogue", () => {
  it.each(ELSEWHERE)("$id stands in $file: $name", ({ file, name }) => {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    expect(source).toContain(name);
  });

  it("has a test for each id, and no test is for an id that is not there", () => {
    const attacks = [...WEBSOCKET, ...SOCKET_IO];
    const tested = new Set([...attacks.flatMap(({ ids }) => ids), ...ELSEWHERE.map(({ id }) => id)]);
    expect([...tested].sort()).toEqual(Object.keys(CATALOGUE).sort());
  });
});
