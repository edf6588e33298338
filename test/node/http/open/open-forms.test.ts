import { describe, expect, it } from "vitest";
import { OpenForms } from "../../../../src/node/http/open/open-forms.ts";
import { TestServer } from "../../../server/support.ts";

describe("the forms for clients without a library", () => {
  it.each<[unknown[]]>([[[]], [["a,b"]], [[1, { "],": ',"' }]], [[[["x"]]]]])(
    "leave out the position that stands behind the arguments: %j",
    (args) => {
      const server = new TestServer({ connectionStateRecovery: {} });
      const session = server.join();
      server.emit("news", ...args);
      server.volatile.emit("news", ...args, "text");
      const [kept, volatile] = session.outgoing.map((outgoing) => OpenForms.of(outgoing).packet.json);
      expect(JSON.parse(kept ?? "")).toEqual(["news", ...args]);
      expect(JSON.parse(volatile ?? "")).toEqual(["news", ...args, "text"]);
    },
  );
});
