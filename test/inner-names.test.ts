import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { Manager } from "../src/entry/client.browser.ts";

// What a page loads has short names in place of those of scripts/inner-names.json: a name on that list that somebody else
// knows, too, would break there what works in every other test.

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const lists: Record<string, string[]> = JSON.parse(read("../scripts/inner-names.json"));
const names = Object.values(lists).flat();

/** What the client may hold of a platform. */
const PLATFORM = [
  ...[Object, Function, Array, String, Number, Symbol, Promise, Map, Set, Date, RegExp, Error],
  ...[ArrayBuffer, Uint8Array, URLSearchParams, TextEncoder, TextDecoder, Blob],
  ...[Headers, Response, ReadableStream, ReadableStreamDefaultReader, AbortController, AbortSignal],
  ...[Event, EventTarget, MessageEvent, Performance, Crypto],
];

/** Members that the client never asks for, though it holds such an object. */
const UNUSED = [
  ...["Response.blob", "Response.bytes", "Blob.bytes", "ReadableStreamDefaultReader.closed"],
  ...["Event.target", "MessageEvent.target"],
];

function membersOf(object: object): string[] {
  const chain: string[] = [];
  for (let owner = object; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    chain.push(...Object.getOwnPropertyNames(owner));
  }
  return chain;
}

describe("names that are short in a page", () => {
  it("are no member of what the client holds of a platform", () => {
    const members = PLATFORM.flatMap((owner) =>
      names.filter((name) => name in owner.prototype).map((name) => `${owner.name}.${name}`),
    );
    expect(members.filter((member) => !UNUSED.includes(member))).toEqual([]);
    const functions = names.filter((name) =>
      [...PLATFORM, Math, JSON, Reflect, globalThis].some((owner) => name in owner),
    );
    expect(functions).toEqual([]);
  });

  it("are no option of the client", () => {
    const options = [...read("../src/client/options.ts").matchAll(/^ {2}(\w+)\??:/gm)].map(
      (match) => match[1],
    );
    expect(options).toContain("reconnectionDelayMax");
    expect(options.filter((option) => option !== undefined && names.includes(option))).toEqual([]);
  });

  it("have a line before them on what programs hold", () => {
    const manager = new Manager("http://localhost", { autoConnect: false });
    const members = [manager, manager.socket("/")].flatMap(membersOf);
    expect(members).toEqual(expect.arrayContaining(["reconnectionDelay", "sendBuffer", "registered"]));
    expect(members.filter((member) => lists.inner?.includes(member))).toEqual([]);
  });

  it("are all there", () => {
    const entry = fileURLToPath(new URL("../src/entry/client.browser.ts", import.meta.url));
    const { mangleCache } = buildSync({
      ...{ entryPoints: [entry], bundle: true, format: "esm", write: false },
      ...{ mangleProps: new RegExp(`^(${names.join("|")})$`), mangleCache: {} },
    });
    // The names of properties alone: a variable may have any.
    expect(names.filter((name) => !Object.hasOwn(mangleCache, name))).toEqual([]);
  });
});
