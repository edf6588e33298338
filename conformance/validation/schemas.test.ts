import { createServer } from "node:http";
import { type } from "arktype";
import { Server, type StandardSchema } from "baro";
import { io as connectPeer } from "socket.io-client";
import * as valibot from "valibot";
import { describe, expect, expectTypeOf, it, onTestFinished } from "vitest";
import { z } from "zod";
import { listen } from "../../test/support/http.ts";

// The same schema by three libraries: a text of at least one character, and a number that is 1 unless it is given.
const SCHEMAS = {
  zod: z.object({ text: z.string().min(1), times: z.number().default(1) }),
  valibot: valibot.object({
    text: valibot.pipe(valibot.string(), valibot.minLength(1)),
    times: valibot.optional(valibot.number(), 1),
  }),
  arktype: type({ text: "string > 0", times: "number = 1" }),
};

type Message = { text: string; times: number };

describe.each<[string, StandardSchema<unknown, Message>]>([
  ["zod", SCHEMAS.zod],
  ["valibot", SCHEMAS.valibot],
  ["arktype", SCHEMAS.arktype],
])("schemas by %s", (_library, schema) => {
  it("tell a client of Socket.IO what is wrong, and the program what is right", async () => {
    const { server: http, port } = await listen(createServer());
    const io = new Server(http).schema({ message: schema });
    io.on("connection", (socket) => {
      socket.on("message", (message, acknowledge) => {
        expectTypeOf(message).toEqualTypeOf<Message>();
        acknowledge?.(message);
      });
    });
    const client = connectPeer(`http://127.0.0.1:${port}`, { transports: ["websocket"] });
    onTestFinished(() => void client.disconnect());
    expect(await client.emitWithAck("message", { text: "hello" })).toEqual({ text: "hello", times: 1 });
    const { error } = await client.emitWithAck("message", { text: "" });
    expect(error).toMatchObject({ code: "BARO_INVALID_EVENT", issues: [{ argument: 0, path: ["text"] }] });
    expect((await client.emitWithAck("message")).error.issues[0]).toMatchObject({ argument: 0 });
    // The connection stands.
    expect(await client.emitWithAck("message", { text: "b", times: 2 })).toEqual({ text: "b", times: 2 });
  });
});

it("gives the listeners of several arguments their types", () => {
  const io = new Server().schema({ move: [z.number(), z.coerce.string()] });
  io.on("connection", (socket) => {
    socket.on("move", (x, y, acknowledge) => {
      expectTypeOf(x).toEqualTypeOf<number>();
      expectTypeOf(y).toEqualTypeOf<string>();
      expectTypeOf(acknowledge).toBeNullable();
    });
    // @ts-expect-error there is no such event
    socket.on("other", () => {});
  });
  expect(io).toBeInstanceOf(Server);
});
