import { request as httpRequest, STATUS_CODES } from "node:http";
import { TECHNIQUES } from "./techniques.js";

/**
 * @typedef {import("node:http").IncomingMessage} Request
 * @typedef {import("node:http").ServerResponse} Response
 * @typedef {{ visit: import("./visit.js").Visit, technique: import("../types.d.ts").Technique, target: string }} Way
 */

/** The visit, the technique, and what the demo's server reads as the target. */
const ADDRESS = /^\/([\w-]{22})\/([\w-]+)(\/[^#]*)$/;
/** What only proxies may say. */
const FORWARDED = /^(?:forwarded|x-forwarded-.*|x-real-ip)$/i;
/** What a middlebox takes away that does not know WebSocket: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = /^(?:connection|upgrade)$/i;

/**
 * Hands what the site gets below `/wire` on to the wire of the visitor whose id stands in the address: line by line as
 * it came, but for that prefix.
 */
export class Gateway {
  #visits;
  #limits;

  /**
   * @param {Pick<import("./visits.js").Visits, "find">} visits
   * @param {import("./limits.js").LabLimits} limits
   */
  constructor(visits, limits) {
    this.#visits = visits;
    this.#limits = limits;
  }

  /**
   * @param {string} address what stands behind `/wire`
   * @param {Request} request
   * @param {Response} response
   */
  handle(address, request, response) {
    const way = this.#find(address);
    const status = this.#refusal(way, request);
    if (way === undefined || status !== undefined) {
      response.writeHead(status ?? 404, { "Content-Length": 0 }).end();
      return;
    }
    const wire = way.visit.connect(way.technique, false);
    if (wire === undefined) {
      // As if nobody listened: no answer at all.
      response.destroy();
      return;
    }
    const outgoing = httpRequest({
      createConnection: () => wire,
      method: request.method,
      path: way.target,
      headers: headersOf(request, way.visit),
      setHost: false,
    });
    request.pipe(outgoing);
    outgoing.on("response", (answer) => {
      // The answer's own headers and no others.
      for (const name of response.getHeaderNames()) response.removeHeader(name);
      response.sendDate = false;
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
      response.flushHeaders();
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    outgoing.on("error", () => response.destroy());
    wire.on("error", () => response.destroy());
    response.on("close", () => wire.destroy());
  }

  /**
   * @param {string} address what stands behind `/wire`
   * @param {Request} request
   * @param {import("node:stream").Duplex} socket
   * @param {Buffer} head
   */
  handleUpgrade(address, request, socket, head) {
    socket.on("error", () => socket.destroy());
    const way = this.#find(address);
    const status = this.#refusal(way, request);
    if (way === undefined || status !== undefined) {
      const line = `HTTP/1.1 ${status} ${STATUS_CODES[status ?? 404]}`;
      socket.end(`${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const wire = way.visit.connect(way.technique, true);
    if (wire === undefined) {
      socket.destroy();
      return;
    }
    const isBlocked = way.visit.network.blocked;
    const lines = pairs(headersOf(request, way.visit))
      .filter(([name]) => !isBlocked || !HOP_BY_HOP.test(name))
      .map(([name, value]) => `${name}: ${value}\r\n`);
    wire.write(`${request.method} ${way.target} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
    if (isBlocked) {
      // It is a request like any other now, and what follows it is read by nobody.
      socket.resume();
    } else {
      if (head.length > 0) wire.write(head);
      socket.pipe(wire);
    }
    wire.pipe(socket);
    wire.on("error", () => socket.destroy());
    wire.on("close", () => socket.end());
    socket.on("close", () => wire.destroy());
  }

  /**
   * @param {string} address
   * @returns {Way | undefined}
   */
  #find(address) {
    const [, id = "", name, target = ""] = ADDRESS.exec(address) ?? [];
    const visit = this.#visits.find(id);
    const technique = TECHNIQUES.find((each) => each === name);
    return visit === undefined || technique === undefined ? undefined : { visit, technique, target };
  }

  /**
   * @param {Way | undefined} way
   * @param {Request} request
   * @returns {number | undefined} the status of the refusal
   */
  #refusal(way, { method, headers }) {
    if (way === undefined) return 404;
    if (method !== "GET" && method !== "POST") return 405;
    if (headers["transfer-encoding"] !== undefined) return 411;
    if (Number(headers["content-length"] ?? 0) > this.#limits.bodyBytes) return 413;
    return way.visit.admits() ? undefined : 429;
  }
}

/**
 * The headers as they came. With the visitor's proxy, there is one more.
 * @param {Request} request
 * @param {import("./visit.js").Visit} visit
 * @returns {string[]} names and values in turn
 */
function headersOf({ rawHeaders }, { network, address }) {
  const kept = pairs(rawHeaders).filter(([name]) => !FORWARDED.test(name));
  if (network.proxied) kept.push(["X-Forwarded-For", address]);
  return kept.flat();
}

/**
 * @param {readonly string[]} flat
 * @returns {[string, string][]}
 */
function pairs(flat) {
  /** @type {[string, string][]} */
  const result = [];
  for (let at = 0; at + 1 < flat.length; at += 2) result.push([flat[at] ?? "", flat[at + 1] ?? ""]);
  return result;
}
