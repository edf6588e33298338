import { describe, expect, it } from "vitest";
import {
  acceptDeflate,
  checkDeflate,
  checkWishes,
  type DeflateWishes,
  offerDeflate,
} from "../../src/websocket/deflate-negotiation.ts";
import { parseExtensions } from "../../src/websocket/extensions.ts";

const PLAIN = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const parse = (header: string) => parseExtensions(header) ?? expect.unreachable(header);
const accept = (offer: string, wishes: DeflateWishes = {}) => acceptDeflate(parse(offer), wishes)?.header;
const check = (answer: string, wishes: DeflateWishes = {}) => checkDeflate(parse(answer), wishes);

describe("a server", () => {
  const rows: [offer: string, wishes: DeflateWishes, answer: string | undefined][] = [
    ["permessage-deflate", {}, "permessage-deflate"],
    ["permessage-deflate; client_max_window_bits", {}, "permessage-deflate"],
    ["permessage-deflate; server_no_context_takeover", {}, "permessage-deflate; server_no_context_takeover"],
    ["permessage-deflate; client_no_context_takeover", {}, "permessage-deflate; client_no_context_takeover"],
    ["permessage-deflate; server_max_window_bits=10", {}, "permessage-deflate; server_max_window_bits=10"],
    ["permessage-deflate; server_max_window_bits=15", {}, "permessage-deflate; server_max_window_bits=15"],
    ['permessage-deflate; server_max_window_bits="10"', {}, "permessage-deflate; server_max_window_bits=10"],
    ["permessage-deflate; client_max_window_bits=9", {}, "permessage-deflate; client_max_window_bits=9"],
    [
      "permessage-deflate; server_max_window_bits=12",
      { serverMaxWindowBits: 10 },
      "permessage-deflate; server_max_window_bits=10",
    ],
    [
      "permessage-deflate; server_max_window_bits=9",
      { serverMaxWindowBits: 10 },
      "permessage-deflate; server_max_window_bits=9",
    ],
    ["permessage-deflate", { serverMaxWindowBits: 10 }, "permessage-deflate; server_max_window_bits=10"],
    ["permessage-deflate", { clientMaxWindowBits: 10 }, "permessage-deflate"],
    [
      "permessage-deflate; client_max_window_bits",
      { clientMaxWindowBits: 10 },
      "permessage-deflate; client_max_window_bits=10",
    ],
    [
      "permessage-deflate; client_max_window_bits=8",
      { clientMaxWindowBits: 10 },
      "permessage-deflate; client_max_window_bits=8",
    ],
    [
      "permessage-deflate",
      { serverNoContextTakeover: true, clientNoContextTakeover: true },
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    ],
    [
      "permessage-deflate; x, permessage-deflate; server_max_window_bits=8",
      {},
      "permessage-deflate; server_max_window_bits=8",
    ],
    ["foo, permessage-deflate", {}, "permessage-deflate"],
    // F-16, H-2: what is declined, section 7.1.
    ["foo", {}, undefined],
    ["constructor", {}, undefined],
    ["permessage-deflate; __proto__", {}, undefined],
    ["permessage-deflate; unknown=1", {}, undefined],
    ["permessage-deflate; server_max_window_bits", {}, undefined],
    ["permessage-deflate; server_max_window_bits=7", {}, undefined],
    ["permessage-deflate; server_max_window_bits=16", {}, undefined],
    ["permessage-deflate; server_max_window_bits=0", {}, undefined],
    ["permessage-deflate; server_max_window_bits=08", {}, undefined],
    ["permessage-deflate; server_max_window_bits=1e1", {}, undefined],
    ["permessage-deflate; client_max_window_bits=7", {}, undefined],
    ["permessage-deflate; client_max_window_bits=010", {}, undefined],
    ["permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", {}, undefined],
    ["permessage-deflate; client_max_window_bits; client_max_window_bits=10", {}, undefined],
    ["permessage-deflate; server_no_context_takeover; server_no_context_takeover", {}, undefined],
    ["permessage-deflate; server_no_context_takeover=1", {}, undefined],
    ["permessage-deflate; client_no_context_takeover=true", {}, undefined],
  ];
  for (const [offer, wishes, answer] of rows) {
    it(`${offer} with ${JSON.stringify(wishes)}`, () => expect(accept(offer, wishes)).toBe(answer));
  }
});

describe("a client", () => {
  it("offers what it wants", () => {
    expect(offerDeflate({})).toBe("permessage-deflate; client_max_window_bits");
    expect(
      offerDeflate({
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 9,
        clientMaxWindowBits: 8,
      }),
    ).toBe(
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; " +
        "server_max_window_bits=9; client_max_window_bits=8",
    );
  });

  it("takes an answer that gives at least that", () => {
    expect(check("permessage-deflate")).toEqual(PLAIN);
    const answer =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; " +
      "server_max_window_bits=8; client_max_window_bits=9";
    expect(check(answer)).toEqual({
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
      serverMaxWindowBits: 8,
      clientMaxWindowBits: 9,
    });
    expect(check("permessage-deflate", { clientMaxWindowBits: 10, clientNoContextTakeover: true })).toEqual({
      ...PLAIN,
      clientMaxWindowBits: 10,
      clientNoContextTakeover: true,
    });
  });

  const faults: [answer: string, wishes: DeflateWishes][] = [
    ["foo", {}],
    ["permessage-deflate, foo", {}],
    ["permessage-deflate, permessage-deflate", {}],
    ["permessage-deflate; unknown", {}],
    ["permessage-deflate; client_max_window_bits", {}],
    ["permessage-deflate; client_max_window_bits=16", {}],
    ["permessage-deflate; client_max_window_bits=11", { clientMaxWindowBits: 10 }],
    ["permessage-deflate; server_max_window_bits=7", {}],
    ["permessage-deflate; server_max_window_bits=11", { serverMaxWindowBits: 10 }],
    ["permessage-deflate", { serverMaxWindowBits: 10 }],
    ["permessage-deflate", { serverNoContextTakeover: true }],
  ];
  for (const [answer, wishes] of faults) {
    it(`F-16 ${answer} with ${JSON.stringify(wishes)} is a fault`, () =>
      expect(check(answer, wishes)).toHaveProperty("fault"));
  }

  it("agrees with our server whatever both want", () => {
    const some = [undefined, 8, 10, 15];
    for (const offered of wishes(some)) {
      for (const wanted of wishes(some)) {
        const agreement = acceptDeflate(parse(offerDeflate(offered)), wanted);
        const parameters = check(agreement?.header ?? "", offered);
        expect(parameters).not.toHaveProperty("fault");
        // A side may know that its own limit is tighter than what was said.
        expect(parameters).toEqual(agreement?.parameters);
      }
    }
  });
});

it("window bits outside of 8 to 15 are the caller's mistake", () => {
  for (const bits of [7, 16, 9.5, Number.NaN]) {
    expect(() => checkWishes({ serverMaxWindowBits: bits })).toThrow("window bits");
    expect(() => checkWishes({ clientMaxWindowBits: bits })).toThrow("window bits");
  }
});

function* wishes(sizes: readonly (number | undefined)[]): Generator<DeflateWishes> {
  for (const serverNoContextTakeover of [undefined, true]) {
    for (const clientNoContextTakeover of [undefined, true]) {
      for (const serverMaxWindowBits of sizes) {
        for (const clientMaxWindowBits of sizes) {
          yield {
            serverNoContextTakeover,
            clientNoContextTakeover,
            serverMaxWindowBits,
            clientMaxWindowBits,
          };
        }
      }
    }
  }
}
