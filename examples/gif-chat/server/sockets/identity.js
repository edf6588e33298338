/**
 * Middleware of a namespace: nobody comes in without the signed cookie. The page reads the refusal as
 * `connect_error` with the message `noSession`, fetches a session and tries again.
 * @param {import("../people.js").People} people
 */
export function identify(people) {
  /**
   * @param {{ request: import("node:http").IncomingMessage, data: { person?: import("../../types.d.ts").Person } }} socket
   * @param {(error?: Error) => void} next
   */
  return (socket, next) => {
    const person = people.recognise(socket.request);
    if (person === undefined) return next(new Error("noSession"));
    socket.data.person = person;
    next();
  };
}
