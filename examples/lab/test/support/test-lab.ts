import { once } from "node:events";
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { io, type Socket } from "baro/client";
import express from "express";
import { mountLab } from "../../server/lab.js";
import { limits as defaults, type LabLimits } from "../../server/limits.js";
import type { Batch, DemoState, Mark, Technique, ToPage, ToSite, Totals, VisitCard } from "../../types.d.ts";
import { ensureBuilt } from "./build.ts";

/** The lab on a free port. */
export class TestLab {
  readonly http: HttpServer;
  readonly #close: () => Promise<void>;
  readonly #visitors: Visitor[] = [];

  private constructor(http: HttpServer, close: () => Promise<void>) {
    this.http = http;
    this.#close = close;
  }

  static async start(limits: Partial<LabLimits> = {}): Promise<TestLab> {
    ensureBuilt();
    const app = express();
    const http = createServer(app);
    const { close } = await mountLab({ app, http, limits: { ...defaults, ...limits } });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    return new TestLab(http, close);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Somebody at the page, whose server runs. */
  async visitor(): Promise<Visitor> {
    const visitor = this.knock();
    await visitor.until(() => visitor.demo?.state === "running");
    return visitor;
  }

  /** Somebody who may not be let in. */
  knock(): Visitor {
    const visitor = new Visitor(this.address);
    this.#visitors.push(visitor);
    return visitor;
  }

  async stop(): Promise<void> {
    for (const visitor of this.#visitors) visitor.leave();
    await this.#close();
    this.http.closeAllConnections();
    this.http.close();
  }
}

/** What the page knows of a visit. */
export class Visitor {
  readonly control: Socket<ToPage, ToSite>;
  readonly marks: Mark[] = [];
  readonly errors: string[] = [];
  card: VisitCard | undefined;
  demo: DemoState | undefined;
  totals: Readonly<Record<Technique, Totals>> | undefined;
  isIdle = false;
  isGone = false;
  readonly #address: string;
  #changed: () => void = () => {};

  constructor(address: string) {
    this.#address = address;
    this.control = io(address, { path: "/lab/control", forceNew: true, reconnection: false });
    this.control.on("visit", (card) => {
      this.card = card;
      this.demo = card.demo;
      this.#changed();
    });
    this.control.on("demo", (demo) => {
      this.demo = demo;
      this.#changed();
    });
    this.control.on("wire", ({ marks, totals }: Batch) => {
      this.marks.push(...marks);
      this.totals = totals;
      this.#changed();
    });
    this.control.on("idle", () => {
      this.isIdle = true;
      this.#changed();
    });
    this.control.on("disconnect", () => {
      this.isGone = true;
      this.#changed();
    });
    this.control.on("connect_error", (error: Error) => {
      this.errors.push(error.message);
      this.#changed();
    });
  }

  /** Where the wire of a technique is. */
  wire(technique: Technique): string {
    return `${this.#address}/lab/wire/${this.card?.id}/${technique}`;
  }

  /** Waits until something holds that the site tells. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  network(wish: { slow?: boolean; blocked?: boolean; proxied?: boolean }): Promise<unknown> {
    return this.control.emitWithAck("network", { slow: false, blocked: false, proxied: false, ...wish });
  }

  /** The marks of one technique, but for those of its ends. */
  of(technique: Technique): Mark[] {
    return this.marks.filter((mark) => mark.technique === technique && mark.kind !== "end");
  }

  leave(): void {
    this.control.disconnect();
  }
}
