/** The tickets of the rooms where this person was let in: a reload needs no password. */

/** @param {string} room */
export const ticketOf = (room) => read(`baro-ticket:${room}`) ?? undefined;

/**
 * @param {string} room
 * @param {string} ticket
 */
export const keepTicket = (room, ticket) => write(`baro-ticket:${room}`, ticket);

/** What was typed and not sent yet; a reload does not lose it. @param {string} room */
export const draftOf = (room) => read(`baro-draft:${room}`) ?? "";

/**
 * @param {string} room
 * @param {string} text
 */
export const keepDraft = (room, text) => write(`baro-draft:${room}`, text === "" ? null : text);

/** @typedef {{ key: string, text: string, at: number, gif: import("./outbox.js").ChosenGif | null, reply: import("./outbox.js").Reply | null }} Kept */

/** Texts that wait to be sent. @param {string} room @returns {Kept[]} */
export function queueOf(room) {
  try {
    const queue = JSON.parse(read(`baro-queue:${room}`) ?? "[]");
    return Array.isArray(queue) ? queue : [];
  } catch {
    return [];
  }
}

/**
 * @param {string} room
 * @param {Kept[]} queue
 */
export const keepQueue = (room, queue) =>
  write(`baro-queue:${room}`, queue.length === 0 ? null : JSON.stringify(queue));

/** @param {string} key */
function read(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null; // storage is forbidden in this browser: a reload forgets
  }
}

/**
 * @param {string} key
 * @param {string | null} value
 */
function write(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // as above
  }
}
