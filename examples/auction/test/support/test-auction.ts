import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventSource } from "baro/sse";
import express from "express";
import { mountAuction } from "../../server/auction.js";
import type { AuctionEvents, Bid, Lot, Refusal } from "../../types.d.ts";

/** The auction on a free port, with a folder of its own that outlives restarts. */
export class TestAuction {
  readonly #dataDir: string;
  #url = "";
  #stop = async (): Promise<void> => {};
  readonly #visitors: Visitor[] = [];

  private constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  static async start(): Promise<TestAuction> {
    const auction = new TestAuction(await mkdtemp(join(tmpdir(), "baro-auction-")));
    await auction.#listen(0);
    return auction;
  }

  get url(): string {
    return this.#url;
  }

  async #listen(port: number): Promise<void> {
    const app = express();
    const http = createServer(app);
    const auction = await mountAuction({ app, http, dataDir: this.#dataDir });
    await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
    this.#url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/auction`;
    this.#stop = async () => {
      await auction.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    };
  }

  /** Stops the server, does something, and starts it on the same port. */
  async restart(meanwhile = (): void => {}): Promise<void> {
    const { port } = new URL(this.#url);
    await this.#stop();
    meanwhile();
    await this.#listen(Number(port));
  }

  /** Somebody who opens the page, and hears what its script hears. */
  async visitor(headers: Record<string, string> = {}): Promise<Visitor> {
    const page = await fetch(this.#url, { headers });
    const visitor = new Visitor(this.#url, { ...headers, cookie: page.headers.getSetCookie()[0] ?? "" });
    this.#visitors.push(visitor);
    await visitor.until(({ lots }) => lots.size >= 3);
    return visitor;
  }

  async end(): Promise<void> {
    for (const { source } of this.#visitors) source.close();
    await this.#stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Partial<Bid & Lot & Refusal>;
}

export class Visitor {
  readonly source: EventSource;
  readonly lots = new Map<number, Lot>();
  /** Every bid, in the order in which it was told. */
  readonly bids: (Bid & { lot: number })[] = [];
  now = 0;
  lastEventId = "";
  /** How often everything was told. */
  wholes = 0;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  #wake = (): void => {};

  constructor(url: string, headers: Record<string, string>) {
    this.#url = url;
    this.#headers = headers;
    this.source = new EventSource(`${url}/events`, { minRetry: 1, maxRetry: 1 });
    this.#on("lots", ({ lots }) => {
      this.wholes += 1;
      for (const lot of lots) this.lots.set(lot.id, lot);
    });
    this.#on("lot", (lot) => this.lots.set(lot.id, lot));
    this.#on("bid", ({ lot, bid }) => {
      this.bids.push({ ...bid, lot });
      const known = this.lots.get(lot);
      if (known !== undefined) this.lots.set(lot, { ...known, bids: [bid, ...known.bids] });
    });
    this.#on("time", ({ now }) => {
      this.now = now;
    });
  }

  #on<Name extends keyof AuctionEvents>(name: Name, listener: (data: AuctionEvents[Name]) => void): void {
    this.source.addEventListener(name, ({ data, lastEventId }) => {
      this.lastEventId = lastEventId;
      listener(JSON.parse(data));
      this.#wake();
    });
  }

  async until(isSo: (visitor: Visitor) => boolean): Promise<void> {
    while (!isSo(this)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  bid(lot: number, amount: unknown, name: unknown = "민지"): Promise<Answer> {
    return this.post(`/lots/${lot}/bids`, { amount, name });
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(this.#url + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...this.#headers, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  }
}
