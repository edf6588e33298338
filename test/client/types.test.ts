import { expect, expectTypeOf, it } from "vitest";
import { io, Manager, type Socket } from "../../src/entry/client.node.ts";

interface ServerToClient {
  news: (text: string, count: number) => void;
}
interface ClientToServer {
  ask: (question: string, answer: (text: string) => void) => void;
}

it("types what is heard and what is sent", () => {
  const socket: Socket<ServerToClient, ClientToServer> = io("http://127.0.0.1:1", { autoConnect: false });
  socket.on("news", (text, count) => {
    expectTypeOf(text).toEqualTypeOf<string>();
    expectTypeOf(count).toEqualTypeOf<number>();
  });
  socket.on("disconnect", (reason) => expectTypeOf(reason).toExtend<string>());
  socket.on("connect_error", (error) => expectTypeOf(error).toExtend<Error>());
  socket.emit("ask", "why?", (text) => expectTypeOf(text).toEqualTypeOf<string>());
  socket.timeout(5).emit("ask", "why?", (error, text) => {
    expectTypeOf(error).toEqualTypeOf<Error>();
    expectTypeOf(text).toEqualTypeOf<string>();
  });
  expectTypeOf(socket.emitWithAck<"ask">).returns.toEqualTypeOf<Promise<string>>();
  // @ts-expect-error: the server sends no such event
  socket.on("other", () => {});
  // @ts-expect-error: the question must be text
  expect(() => socket.emit("ask", 1, () => {})).not.toThrow();
});

it("types nothing where nothing is named", () => {
  const socket = new Manager("http://127.0.0.1:1", { autoConnect: false }).socket("/");
  socket.on("anything", (first, second) => void [first.x, second.y]);
  socket.on("disconnect", (reason) => expectTypeOf(reason).toExtend<string>());
  socket.emit("anything", 1, "two", () => {});
  expect(socket.sendBuffer).toHaveLength(1);
});
