import type { Duplex } from "node:stream";
import type { Traffic } from "../../../diagnostics.ts";
import type { Backlogged, Backlogs, ShedCause } from "../../../engine/backlog.ts";
import type { SessionCloseReason } from "../../../engine/session.ts";
import { decodeMessage } from "../../../plain/decoder.ts";
import { Malformed } from "../../../socketio/malformed.ts";
import { CloseCode } from "../../../websocket/close-code.ts";
import { Violation } from "../../../websocket/violation.ts";
import { WebSocketError } from "../../../websocket/websocket-error.ts";
import { base64 } from "../../base64.ts";
import { clock } from "../../process.ts";
import { Reading } from "../../reading.ts";
import { Heartbeat } from "../../websocket/heartbeat.ts";
import { Shell } from "../../websocket/shell.ts";
import { SHELL_DEFAULTS, type ShellOptions } from "../../websocket/shell-options.ts";
import type { OpenForms } from "./open-forms.ts";
import type { Notice, OpenReceiver, OpenTransport } from "./open-session.ts";
import type { OpenSettings } from "./options.ts";

/** A second. Browsers send none of themselves: they answer pings. */
const MAX_CONTROL_FRAMES = 1000;

/** The bounds of all such transports of a server. */
export interface PlainTransportOptions {
  readonly settings: OpenSettings;
  readonly shell: ShellOptions;
  readonly backlogs: Backlogs;
  readonly heartbeat: { readonly interval: number; readonly timeout: number };
}

/** @param maxQueued bytes that may wait for the peer to read. */
export function plainTransportOptions(
  settings: OpenSettings,
  maxQueued: number,
  traffic: Traffic,
  backlogs: Backlogs,
): PlainTransportOptions {
  return {
    settings,
    backlogs,
    shell: {
      ...SHELL_DEFAULTS,
      maxPayload: settings.maxMessage,
      maxQueued,
      traffic,
      maxControlFrames: MAX_CONTROL_FRAMES,
      closeTimeout: 5_000,
    },
    heartbeat: { interval: settings.pingInterval, timeout: settings.pingTimeout },
  };
}

const SILENT: OpenReceiver = { receive() {}, drained() {}, ended() {} };

/** The plain protocol over WebSocket: each text message is one of its messages. */
export class PlainTransport extends Shell implements OpenTransport, Backlogged {
  readonly name = "plain";
  receiver: OpenReceiver = SILENT;
  readonly #options: PlainTransportOptions;
  #heartbeat: Heartbeat | undefined = undefined;
  #reading: Reading | undefined = undefined;
  #isLost = false;

  /** @param socket of a handshake; call `start` after it. */
  constructor(socket: Duplex, options: PlainTransportOptions) {
    super("server", socket, options.shell);
    this.#options = options;
  }

  override start(head?: Buffer): void {
    this.#heartbeat = new Heartbeat(this, this.#options.heartbeat);
    super.start(head);
  }

  get maxQueued(): number {
    return this.#options.shell.maxQueued;
  }

  send(forms: OpenForms): void {
    this.sendReady(forms.frames);
  }

  tell(notice: Notice, data: object, position?: string): void {
    this.connection.sendText(JSON.stringify({ [notice]: { ...data, position } }));
  }

  override close(): void {
    this.receiver = SILENT;
    super.close(CloseCode.NORMAL);
  }

  message(data: Buffer, isText: boolean): void {
    if (!isText) {
      this.#fail(CloseCode.UNSUPPORTED_DATA, "binary messages are not spoken here");
      return;
    }
    const message = decodeMessage(data.toString(), base64);
    if (message instanceof Malformed) {
      this.#fail(CloseCode.POLICY_VIOLATION, message.reason);
      return;
    }
    this.#reading ??= new Reading(this.#options.settings);
    const rest = this.#reading.receive(data.length);
    // TCP holds the client back meanwhile.
    if (rest > 0) {
      this.pause();
      this.#reading.cancelRest = clock.after(rest, () => this.resume());
    }
    this.receiver.receive(message);
  }

  ping(): void {
    this.receiveControl();
  }

  pong(): void {
    this.#heartbeat?.answered();
    this.receiveControl();
  }

  override closed(code: number, reason: string, error?: WebSocketError): void {
    super.closed(code, reason, error);
    this.#heartbeat?.stop();
    this.#reading?.cancelRest?.();
    if (this.full) this.#options.backlogs.hold(this, 0, 0);
    if (this.#isLost) this.#end("ping timeout");
    else if (error !== undefined) this.#end("transport error", error);
    else this.#end("transport close", { code, reason });
  }

  /** A ping of the heartbeat. */
  beat(): void {
    this.connection.ping();
  }

  /** The heartbeat was not answered. */
  lost(): void {
    this.#isLost = true;
    this.terminateLater(Violation.HEARTBEAT);
  }

  get backlog(): number {
    return this.queued;
  }

  shed(cause: ShedCause): void {
    if (this.connection.state === "closed") return;
    this.#options.backlogs.ended(cause);
    this.terminate(new WebSocketError(Violation.SLOW_READER));
  }

  protected override filled(waiting: number): void {
    this.#options.backlogs.hold(this, waiting, waiting);
  }

  protected drained(): void {
    this.#options.backlogs.hold(this, 0, 0);
    this.receiver.drained();
  }

  #fail(code: number, reason: string): void {
    super.close(code, reason);
    this.#end("parse error", reason);
  }

  #end(reason: SessionCloseReason, description?: unknown): void {
    const { receiver } = this;
    this.receiver = SILENT;
    receiver.ended(reason, description);
  }
}
