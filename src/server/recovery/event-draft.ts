import type { Outgoing } from "../../engine/outgoing.ts";
import type { Draft, LogName, Position } from "../../history/store.ts";
import { encodeToken } from "../../history/token.ts";
import { PacketType } from "../../socketio/packet.ts";
import type { Codec } from "../codec.ts";
import type { EventData } from "../member.ts";

/** What all drafts of a namespace have in common. */
export interface DraftSetting {
  readonly namespace: string;
  readonly codec: Codec;
  readonly epoch: number;
  /** Whether the position stands behind the arguments of each event, where clients of Socket.IO look for it. */
  readonly trailing: boolean;
}

/** An event that is about to be kept and sent. */
export class EventDraft implements Draft<Outgoing> {
  readonly id: number;
  readonly logs: readonly LogName[];
  readonly except: readonly string[];
  readonly sender: string | undefined;
  readonly #setting: DraftSetting;
  readonly #data: EventData;
  readonly #compress: boolean;

  constructor(
    setting: DraftSetting,
    id: number,
    logs: readonly LogName[],
    except: readonly string[],
    sender: string | undefined,
    data: EventData,
    compress: boolean,
  ) {
    this.#setting = setting;
    this.id = id;
    this.logs = logs;
    this.except = except;
    this.sender = sender;
    this.#data = data;
    this.#compress = compress;
  }

  seal({ sequence, digest }: Position): Outgoing {
    const { namespace, codec, epoch, trailing } = this.#setting;
    const position = encodeToken({ epoch, sequence, digest });
    const data: EventData = trailing ? [...this.#data, position] : this.#data;
    const outgoing = codec.encode({ type: PacketType.EVENT, nsp: namespace, id: undefined, data });
    if (!this.#compress) outgoing.compress = false;
    outgoing.position = position;
    outgoing.isPositionLast = trailing;
    return outgoing;
  }
}
