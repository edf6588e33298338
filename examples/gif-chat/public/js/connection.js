import { fetchSession } from "./session.js";

/**
 * @typedef {import("../../types.d.ts").LobbyRequests} LobbyRequests
 * @typedef {import("../../types.d.ts").ChatRequests} ChatRequests
 * @typedef {{ readonly ok: false, readonly code: "noAnswer" }} NoAnswer
 * @typedef {import("./socket.d.ts").ClientSocket<import("../../types.d.ts").LobbyEvents, LobbyRequests>} LobbySocket
 * @typedef {import("./socket.d.ts").ClientSocket<import("../../types.d.ts").ChatEvents, ChatRequests>} ChatSocket
 */

const ANSWER_MS = 5_000;
const RETRY = { reconnectionDelay: 300, reconnectionDelayMax: 3_000 };

/** Two namespaces, one connection. */
export const lobby = /** @type {LobbySocket} */ (
  /** @type {unknown} */ (io("/rooms", { ...RETRY, autoConnect: false }))
);
export const chat = /** @type {ChatSocket} */ (
  /** @type {unknown} */ (io("/chat", { ...RETRY, autoConnect: false }))
);

export function connect() {
  /** @type {import("./socket.d.ts").ClientSocket<object, object>[]} */
  const sockets = [lobby, chat];
  for (const socket of sockets) {
    socket.on("connect_error", async (error) => {
      // The cookie is missing or of another key. A refused socket does not try again by itself.
      if (error.message !== "noSession") return;
      try {
        await fetchSession();
        socket.connect();
      } catch {
        setTimeout(() => socket.connect(), RETRY.reconnectionDelayMax);
      }
    });
    socket.on("disconnect", (reason) => {
      if (reason === "io server disconnect") socket.connect();
    });
    socket.connect();
  }
}

/**
 * Asks for something in the lobby, and always gets an answer.
 * @template {keyof LobbyRequests} Name
 * @param {Name} name
 * @param {Parameters<LobbyRequests[Name]>[0]} request
 * @returns {Promise<import("./socket.d.ts").AnswerTo<LobbyRequests[Name]> | NoAnswer>}
 */
export const askLobby = (name, request) => ask(lobby, name, request);

/**
 * Asks for something in a room, and always gets an answer.
 * @template {Exclude<keyof ChatRequests, "typing">} Name
 * @param {Name} name
 * @param {Parameters<ChatRequests[Name]>[0]} request
 * @returns {Promise<import("./socket.d.ts").AnswerTo<ChatRequests[Name]> | NoAnswer>}
 */
export const askChat = (name, request) => ask(chat, name, request);

/**
 * @template {string} Name
 * @template Answer
 * @param {{ timeout(ms: number): { emit(name: Name, request: object, ack: (error: Error | null, answer: unknown) => void): void } }} socket
 * @param {Name} name
 * @param {object} request
 * @returns {Promise<Answer | NoAnswer>}
 */
function ask(socket, name, request) {
  return new Promise((resolve) => {
    socket.timeout(ANSWER_MS).emit(name, request, (error, answer) => {
      resolve(error ? { ok: false, code: "noAnswer" } : /** @type {Answer} */ (answer));
    });
  });
}
