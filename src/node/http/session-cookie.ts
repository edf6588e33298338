import { BaroError, ERR_OPTION } from "../../errors.ts";

/** The cookie with the id of a session, which load balancers use to find its process. */
export interface CookieOptions {
  /** Default `"io"`. */
  name?: string;
  /** Default `"/"`; `false` leaves it out. */
  path?: string | false;
  domain?: string;
  /** In seconds. */
  maxAge?: number;
  expires?: Date;
  /** Default true: no script needs it. */
  httpOnly?: boolean;
  secure?: boolean;
  partitioned?: boolean;
  priority?: "low" | "medium" | "high";
  /** Default `"lax"`. */
  sameSite?: boolean | "strict" | "lax" | "none";
  /** Default `encodeURIComponent`. */
  encode?: (value: string) => string;
}

/** RFC 6265 section 4.1.1: the name is a token; no value or attribute may end the header or begin another attribute. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\x20-\x3a\x3c-\x7e]*$/;

/** Gives the function that writes the cookie of a session. @throws BaroError `BARO_OPTION` for what is no cookie. */
export function cookieOf(options: CookieOptions | boolean): ((sid: string) => string) | undefined {
  if (options === false) return undefined;
  const given = options === true ? {} : options;
  const { name = "io", path = "/", httpOnly = true, sameSite = "lax" } = given;
  const { domain, maxAge, expires, secure, partitioned, priority, encode = encodeURIComponent } = given;
  const attributes: string[] = [];
  if (maxAge !== undefined) attributes.push(`Max-Age=${Math.floor(maxAge)}`);
  if (domain !== undefined) attributes.push(`Domain=${domain}`);
  if (path !== false) attributes.push(`Path=${path}`);
  if (expires !== undefined) attributes.push(`Expires=${expires.toUTCString()}`);
  if (httpOnly) attributes.push("HttpOnly");
  if (secure) attributes.push("Secure");
  if (partitioned) attributes.push("Partitioned");
  if (priority !== undefined) attributes.push(`Priority=${capital(priority)}`);
  if (sameSite !== false) attributes.push(`SameSite=${capital(sameSite === true ? "strict" : sameSite)}`);
  if (!NAME.test(name) || !attributes.every((each) => VALUE.test(each))) {
    throw new BaroError(ERR_OPTION, `The cookie ${name} has a name or an attribute that no header can hold.`);
  }
  const rest = attributes.join("; ");
  return (sid) => `${name}=${encode(sid)}; ${rest}`;
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}
