import { createHash, randomBytes } from "node:crypto";
import { ServerResponse } from "node:http";
import Cookies from "cookies";
import { friendlyName } from "./names.js";

/**
 * @typedef {import("../types.d.ts").Person} Person
 * @typedef {import("node:http").IncomingMessage} IncomingMessage
 */

const COOKIE = "baro-person";
const ONE_YEAR = 365 * 24 * 60 * 60 * 1_000;
const HUES = 24;

/**
 * Who somebody is: an id and a name in a signed cookie, and a colour that follows from the id. There is no sign-up,
 * and the server remembers nobody.
 */
export class People {
  #keys;

  /** @param {string} key */
  constructor(key) {
    this.#keys = [key];
  }

  /**
   * Reads the cookie of a request or of a socket's handshake.
   * @param {IncomingMessage} request
   * @returns {Person | undefined}
   */
  recognise(request) {
    const cookies = new Cookies(request, new ServerResponse(request), { keys: this.#keys });
    const value = cookies.get(COOKIE, { signed: true });
    const [id, name] = value?.split(".") ?? [];
    if (id === undefined || name === undefined) return undefined;
    return person(id, Buffer.from(name, "base64url").toString());
  }

  /**
   * The person of a request; a new one when there is none. Sends the cookie again, so that it lives on.
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   * @param {"ko" | "en"} language
   */
  welcome(request, response, language) {
    const who =
      this.recognise(request) ?? person(randomBytes(9).toString("base64url"), friendlyName(language));
    this.remember(request, response, who);
    return who;
  }

  /**
   * @param {IncomingMessage} request
   * @param {ServerResponse} response
   * @param {Person} who
   */
  remember(request, response, who) {
    const value = `${who.id}.${Buffer.from(who.name).toString("base64url")}`;
    // Lax: a link from elsewhere brings people back as themselves, and no other site can post in their name.
    const options = {
      signed: true,
      httpOnly: true,
      sameSite: /** @type {const} */ ("lax"),
      maxAge: ONE_YEAR,
    };
    new Cookies(request, response, { keys: this.#keys }).set(COOKIE, value, options);
  }

  /**
   * @param {Person} who
   * @param {string} name
   */
  rename(who, name) {
    return person(who.id, name);
  }
}

/**
 * @param {string} id
 * @param {string} name
 * @returns {Person}
 */
function person(id, name) {
  const step = createHash("sha256").update(id).digest().readUInt8(0) % HUES;
  return { id, name, hue: step * (360 / HUES) };
}
