import { createDeflate, createGzip, deflate, gzip, type ZlibOptions } from "node:zlib";
import { BaroError, ERR_OPTION } from "../../errors.ts";

/** When and how answers of long-polling are compressed; the rest are options of `node:zlib`. */
export interface HttpCompressionOptions extends ZlibOptions {
  /** Bytes from which on it is worth it. Default 1,024. */
  threshold?: number;
}

/** The content codings that answers may have. */
export type Coding = "gzip" | "deflate";

/** Compresses answers that are long enough, for peers that take it. */
export class HttpCompression {
  readonly #threshold: number;
  readonly #options: ZlibOptions;

  /** @throws BaroError `BARO_OPTION` for options that `node:zlib` does not take. */
  constructor({ threshold = 1024, ...options }: HttpCompressionOptions) {
    this.#threshold = threshold;
    this.#options = options;
    try {
      // What zlib refuses, it refuses now and not at the first answer.
      createGzip(options).close();
      createDeflate(options).close();
    } catch (cause) {
      throw new BaroError(ERR_OPTION, `httpCompression has options that zlib does not take: ${cause}`, {
        cause,
      });
    }
  }

  /** The coding for `body`, if it should have one. */
  codingFor(body: Buffer, acceptEncoding: string | string[] | undefined): Coding | undefined {
    return body.length < this.#threshold ? undefined : acceptedCoding(acceptEncoding);
  }

  /** Compresses `body`; gives `undefined` where that fails. */
  compress(body: Buffer, coding: Coding, done: (compressed: Buffer | undefined) => void): void {
    const run = coding === "gzip" ? gzip : deflate;
    run(body, this.#options, (error, compressed) => done(error === null ? compressed : undefined));
  }
}

/** The first of our codings that an `Accept-Encoding` takes (RFC 9110 section 12.5.3). */
export function acceptedCoding(header: string | string[] | undefined): Coding | undefined {
  if (header === undefined) return undefined;
  const accepted = new Set<string>();
  for (const each of String(header).split(",")) {
    const [name = "", ...parameters] = each.toLowerCase().split(";");
    const refused = parameters.some((parameter) => /^\s*q\s*=\s*0(\.0*)?\s*$/.test(parameter));
    if (!refused) accepted.add(name.trim());
  }
  if (accepted.has("gzip") || accepted.has("*")) return "gzip";
  return accepted.has("deflate") ? "deflate" : undefined;
}
