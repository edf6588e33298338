import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { decodePublication, type Publication } from "../../../plain/publication.ts";
import { Malformed } from "../../../socketio/malformed.ts";
import { base64 } from "../../base64.ts";
import { clock } from "../../process.ts";
import { refuse } from "../refusal.ts";
import { readText } from "../request-body.ts";
import { answerJson } from "./emits.ts";
import type { OpenSettings } from "./options.ts";
import { OpenRefusal, wrongMessage } from "./refusals.ts";
import { Repeats } from "./repeats.ts";
import { sameText } from "./secrets.ts";

/** Seconds by which the clock of a program that signs may be wrong: an old signature is worth nothing. */
const MAX_SKEW = 300;
const BEARER = /^Bearer +(\S+)$/i;
const SIGNED = /^HMAC +(\d{1,12}):([0-9a-f]{64})$/i;
/** Characters of an idempotency key. */
const MAX_KEY = 256;

/** What was published is where it belongs; `undefined` where there is no such namespace. */
type Publish = (publication: Publication) => object | undefined;

/** Takes events of programs outside, which have a key. */
export class Publisher {
  readonly #settings: OpenSettings;
  readonly #keys: readonly string[];
  readonly #publish: Publish;
  readonly #repeats: Repeats;

  constructor(settings: OpenSettings, keys: readonly string[], publish: Publish) {
    this.#settings = settings;
    this.#keys = keys;
    this.#publish = publish;
    this.#repeats = new Repeats(settings.maxRepeats);
  }

  /** Takes a POST. */
  receive(request: IncomingMessage, response: ServerResponse): void {
    const { authorization = "" } = request.headers;
    // Before its body is read: a megabyte is for those with a key alone. A signature can only be checked with it.
    const bearer = BEARER.exec(authorization)?.[1];
    const isBearer = bearer !== undefined && this.#isKey((key) => sameText(bearer, key));
    const signed = SIGNED.exec(authorization);
    if (!isBearer && signed === null) {
      refuse(response, OpenRefusal.KEY);
      return;
    }
    readText(request, this.#settings.maxPublication, (text, fault) => {
      if (fault === "too large") refuse(response, OpenRefusal.BODY);
      if (text === undefined) return;
      if (isBearer || (signed !== null && this.#isSigned(signed, text))) {
        this.#receive(text, request.headers["idempotency-key"], response);
      } else {
        refuse(response, OpenRefusal.KEY);
      }
    });
  }

  #receive(text: string, key: string | string[] | undefined, response: ServerResponse): void {
    if (key === undefined) {
      this.#answer(text, response);
      return;
    }
    // Node joins what stands there twice: then it is another one, and no fault.
    const name = String(key);
    if (name.length > MAX_KEY || name === "") {
      refuse(response, OpenRefusal.REPEAT_KEY);
      return;
    }
    const fingerprint = createHash("sha256").update(text).digest("base64url");
    const before = this.#repeats.find(name, fingerprint, clock.now());
    if (before === "other") refuse(response, OpenRefusal.REPEAT);
    else if (before !== undefined) answerJson(response, 200, before.answer);
    else {
      const answer = this.#answer(text, response);
      if (answer !== undefined) this.#repeats.add(name, fingerprint, answer, clock.now());
    }
  }

  /** Publishes, answers, and gives the answer; `undefined` where nothing was published. */
  #answer(text: string, response: ServerResponse): string | undefined {
    const publication = decodePublication(text, this.#settings.maxRooms, base64);
    if (publication instanceof Malformed) {
      refuse(response, wrongMessage(publication.reason));
      return undefined;
    }
    const published = this.#publish(publication);
    if (published === undefined) {
      refuse(response, OpenRefusal.NAMESPACE);
      return undefined;
    }
    const answer = JSON.stringify(published);
    answerJson(response, 200, answer);
    return answer;
  }

  #isSigned([, seconds = "", signature = ""]: RegExpExecArray, text: string): boolean {
    if (Math.abs(Date.now() / 1000 - Number(seconds)) > MAX_SKEW) return false;
    return this.#isKey((key) =>
      sameText(
        signature.toLowerCase(),
        createHmac("sha256", key).update(`${seconds}\n${text}`).digest("hex"),
      ),
    );
  }

  /** Tries all keys, so that the time tells nothing of which one it was. */
  #isKey(matches: (key: string) => boolean): boolean {
    let found = false;
    for (const key of this.#keys) if (matches(key)) found = true;
    return found;
  }
}
