import { t } from "./i18n.js";

/** @typedef {import("../../types.d.ts").Session} Session */

/** @type {Session | undefined} */
let session;

/** Asks the server who this is. It sets the cookie that the sockets need. */
export async function fetchSession() {
  const response = await fetch("/session");
  if (!response.ok) throw new Error(`session: ${response.status}`);
  session = /** @type {Session} */ (await response.json());
  return session;
}

export function me() {
  return current().person;
}

/**
 * Another tab of this person took another name.
 * @param {import("../../types.d.ts").Person} person
 */
export function becomeRenamed(person) {
  session = { ...current(), person };
}

export function limits() {
  return current().limits;
}

/**
 * @param {string} name
 * @returns {Promise<import("../../types.d.ts").Answer<{ person: import("../../types.d.ts").Person }>>}
 */
export async function rename(name) {
  const response = await fetch("/session/name", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
  const answer = await response.json();
  if (answer.ok) session = { ...current(), person: answer.person };
  return answer;
}

/**
 * The sentence for a refusal, with the numbers of the limits in it.
 * @param {keyof typeof import("./words/en.js").en.error} code
 */
export function errorSentence(code) {
  return t(`error.${code}`, errorValues());
}

export function errorValues() {
  return { ...limits(), gifMegabytes: limits().gifBytes / 1024 / 1024 };
}

/** The length of a text as the server counts it. @param {string} text */
export function lengthOf(text) {
  return [...text.normalize("NFC")].length;
}

function current() {
  if (session === undefined) throw new Error("the session is not there yet");
  return session;
}
