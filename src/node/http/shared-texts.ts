import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** How many texts are kept, before it begins anew: some requests' worth of those that nobody else sends, too. */
const MAX_TEXTS = 1000;
/** The longest one, in characters. What is longer is hardly ever the same for two clients. */
const MAX_LENGTH = 256;

/** The fields whose values are one client's alone, and some of them secret: they are not to outlive it here. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "sec-websocket-key",
]);

/**
 * A target that says nothing of who asks: it has the protocol's own parameters, without the session and the timestamp.
 * Others may hold a secret of the program, and are no two times the same.
 */
const COMMON_TARGET = /^[^?]*(?:\?(?:&?(?:EIO|transport|baro|b64)=\w*)*)?$/;

/** Fields whose names are kept by their places: more than browsers send. */
const MAX_PLACES = 32;

interface FieldName {
  readonly text: string;
  /** Whether its value is one client's alone. */
  readonly isOwn: boolean;
  readonly isUpgrade: boolean;
}

/**
 * One copy of what many requests say alike. Node makes new strings for the fields of each request, and a client keeps
 * its first request as long as it is there: the names of the fields, the target, the host and the browser's name would
 * be 300 bytes of an idle client of Node, and a kilobyte of a browser.
 */
export class SharedTexts {
  readonly #texts = new Map<string, string>();
  /** The names of the fields of the request before, in their places, and what is to be known of each. */
  readonly #names: FieldName[] = [];

  /** How many are kept. */
  get size(): number {
    return this.#texts.size;
  }

  /** Lets `request` share its texts with those before it. It reads as before. */
  share(request: IncomingMessage): void {
    const { rawHeaders, url } = request;
    let isUpgrade = false;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = this.#nameAt(index / 2, rawHeaders[index] as string);
      isUpgrade ||= name.isUpgrade;
      rawHeaders[index] = name.text;
      if (!name.isOwn) rawHeaders[index + 1] = this.#shared(rawHeaders[index + 1] as string);
    }
    if (url !== undefined) request.url = this.#sharedTarget(url);
    // Node has made them already, to see what the request expects. For an upgrade it does not, nor should this.
    if (!isUpgrade) this.#shareHeaders(request.headers);
  }

  #shareHeaders(headers: IncomingHttpHeaders): void {
    for (const name in headers) {
      const value = headers[name];
      if (typeof value === "string" && !OWN_FIELDS.has(name)) headers[name] = this.#shared(value);
    }
  }

  /** Nearly all requests have the fields of the one before in the same places: then nothing has to be looked up. */
  #nameAt(place: number, raw: string): FieldName {
    const before = this.#names[place];
    if (before?.text === raw) return before;
    const lower = raw.toLowerCase();
    const name = { text: this.#shared(raw), isOwn: OWN_FIELDS.has(lower), isUpgrade: lower === "upgrade" };
    if (place < MAX_PLACES && raw.length <= MAX_LENGTH) this.#names[place] = name;
    return name;
  }

  #sharedTarget(target: string): string {
    return this.#texts.get(target) ?? (COMMON_TARGET.test(target) ? this.#shared(target) : target);
  }

  #shared(text: string): string {
    if (text.length > MAX_LENGTH) return text;
    const shared = this.#texts.get(text);
    if (shared !== undefined) return shared;
    if (this.#texts.size >= MAX_TEXTS) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}
