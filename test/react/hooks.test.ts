import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { useConnectionState, useSocket } from "../../src/entry/react.node.ts";
import type { UseSocketOptions } from "../../src/react/hooks.ts";

/** Renders a component on the server, which runs no effects. What a hook throws, this throws. */
function render(url: string | undefined, options?: UseSocketOptions): string {
  function Status() {
    return useConnectionState(useSocket(url, options)).status;
  }
  return renderToString(createElement(Status));
}

describe("useSocket", () => {
  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])("refuses a closeDelay of %s", (closeDelay) => {
    expect(() => render("http://127.0.0.1:1", { closeDelay })).toThrow(
      expect.objectContaining({ code: "BARO_OPTION", message: expect.stringContaining("closeDelay") }),
    );
  });

  it("takes every other closeDelay, and none", () => {
    for (const closeDelay of [0, 2 ** 31 - 1]) {
      expect(render("http://127.0.0.1:1", { closeDelay })).toBe("connecting");
    }
    expect(render(undefined)).toBe("connecting");
  });

  it("refuses a URL that is none", () => {
    expect(() => render("ftp://127.0.0.1")).toThrow(expect.objectContaining({ code: "BARO_OPTION" }));
  });

  it("knows on the server of no connection, whatever it is told", () => {
    expect(render("http://127.0.0.1:1", { autoConnect: false })).toBe("connecting");
  });
});
