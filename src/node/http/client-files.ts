import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { matchesTag } from "./entity-tag.ts";
import { acceptedCoding } from "./http-compression.ts";

const SCRIPT = "application/javascript; charset=utf-8";
const MAP = "application/json; charset=utf-8";

/** What a page may load, by name. No other name ever reaches the file system. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["socket.io.js", SCRIPT],
  ["socket.io.js.map", MAP],
  ["socket.io.min.js", SCRIPT],
  ["socket.io.min.js.map", MAP],
  ["socket.io.esm.min.js", SCRIPT],
  ["socket.io.esm.min.js.map", MAP],
]);

/** Where the build puts the scripts, seen from the built package. */
const BUILT = new URL("../../client/", import.meta.url);
/** The same, seen from the sources. */
const FROM_SOURCES = new URL("../../../dist/client/", import.meta.url);

interface ClientFile {
  readonly body: Buffer;
  readonly tag: string;
  /** Made when somebody first takes it. */
  compressed?: Buffer;
}

/** The client's scripts, for pages that load them from the server that they talk to. */
export class ClientFiles {
  readonly #folder: URL;
  readonly #files = new Map<string, ClientFile>();

  /** @param folder where the scripts are; by default, where the build puts them. */
  constructor(folder: URL = existsSync(new URL("socket.io.js", BUILT)) ? BUILT : FROM_SOURCES) {
    this.#folder = folder;
  }

  /** Answers a request for a script by its name. False when it is for something else. */
  handleRequest(name: string, request: IncomingMessage, response: ServerResponse): boolean {
    const type = TYPES.get(name);
    if (type === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
    const file = this.#read(name);
    if (file === undefined) {
      response.writeHead(404, { "Content-Length": 0 }).end();
      return true;
    }
    // Always asked for again, and sent again only when it is another one.
    const headers: OutgoingHttpHeaders = {
      ETag: file.tag,
      "Cache-Control": "public, max-age=0",
      Vary: "Accept-Encoding",
    };
    if (matchesTag(request.headers["if-none-match"], file.tag)) {
      response.writeHead(304, headers).end();
      return true;
    }
    let { body } = file;
    if (acceptedCoding(request.headers["accept-encoding"]) === "gzip") {
      file.compressed ??= gzipSync(body);
      body = file.compressed;
      headers["Content-Encoding"] = "gzip";
    }
    response.writeHead(200, { ...headers, "Content-Type": type, "Content-Length": body.length });
    response.end(request.method === "HEAD" ? undefined : body);
    return true;
  }

  /** Reads each file once: it belongs to the version of the package that runs. */
  #read(name: string): ClientFile | undefined {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const url = new URL(name, this.#folder);
    if (!existsSync(url)) return undefined;
    const body = readFileSync(url);
    // Weak: the same for all codings (RFC 9110 section 8.8.1).
    const file: ClientFile = { body, tag: `W/"${createHash("sha256").update(body).digest("base64url")}"` };
    this.#files.set(name, file);
    return file;
  }
}
