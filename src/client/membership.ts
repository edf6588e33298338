import { call } from "../report.ts";
import { type EventPacket, type JsonObject, type Packet, PacketType } from "../socketio/packet.ts";
import type { Engine } from "./engine.ts";
import type { Link, Port } from "./link.ts";
import type { Auth } from "./options.ts";
import type { Outbox } from "./outbox.ts";
import { toError } from "./socket-events.ts";

/** Events that came before the namespace was granted, which an honest server sends none or few of. */
const MAX_RECEIVE_BUFFER = 10_000;

/** What a program sees of its socket. */
interface Member {
  readonly io: { readonly engine: Engine };
  id: string | undefined;
  connected: boolean;
  active: boolean;
  recovered: boolean;
  readonly auth: Auth;
  receiveBuffer: EventPacket[];
  dispatch(event: string, args: readonly unknown[]): void;
  dispatchAny(event: string, args: readonly unknown[]): void;
}

/** The part of a socket in its namespace: asks for it, is granted or refused it, hears it, and loses it. */
export interface Membership extends Port {
  /** Leaves the namespace. */
  leave(): void;
  /** Shows the server new credentials. @throws BaroError `BARO_STATE` where it takes none. */
  refreshAuth(): Promise<void>;
}

export function createMembership(member: Member, link: Link, outbox: Outbox): Membership {
  const { clock } = link.platform;
  /** Takes the credentials that the program was asked for and has not given yet. */
  let asking: unknown;
  /** The connection that was asked for the namespace, and not yet left: a server closes on a second CONNECT. */
  let asked: Engine | undefined;
  /** The session's secret and the place up to which it was heard: what recovery asks for. */
  let secret: string | undefined;
  let offset: string | undefined;

  /** Calls the listeners of an event, and before them those of all events of the server where it is one. */
  function tell(event: string, args: readonly unknown[], isTheServers?: boolean): void {
    call(clock, () => {
      if (isTheServers) member.dispatchAny(event, args);
      member.dispatch(event, args);
    });
  }

  /** Asks the program for its credentials. It may take its time, or answer twice. */
  function askAuth(give: (auth: object) => void): void {
    const { auth } = member;
    if (typeof auth === "function") auth(give);
    else give(auth);
  }

  function ask(): void {
    if (asking || asked === member.io.engine) return;
    const give = (auth: object): void => {
      // By now it may have been given, or not be wanted any more.
      if (asking !== give) return;
      asking = undefined;
      asked = member.io.engine;
      outbox.send(PacketType.CONNECT, {
        ...(secret && { pid: secret, offset }),
        ...auth,
        ...outbox.request(),
      });
    };
    asking = give;
    call(clock, askAuth, give);
  }

  function granted({ sid, pid, "~rt": answer }: JsonObject): void {
    if (member.connected) return;
    if (!member.active) {
      // It left before this answer: the server must not keep a socket that nobody hears.
      asked = undefined;
      outbox.send(PacketType.DISCONNECT);
    } else if (typeof sid !== "string") {
      tell("connect_error", [new Error("The server speaks another protocol.")]);
    } else {
      member.id = sid;
      member.connected = true;
      const fail = outbox.agree(answer);
      member.recovered = Boolean(pid) && pid === secret;
      secret = pid as string | undefined;
      for (const packet of member.receiveBuffer.splice(0)) deliver(packet);
      // A listener may have left: then the rest waits for the next connection.
      outbox.drain();
      if (member.connected) tell("connect", []);
      fail();
    }
  }

  function deliver({ id, data }: EventPacket): void {
    const [event, ...args] = data;
    // The server of recovery appends the place of each event to its arguments.
    const last = args.at(-1);
    if (secret && typeof last === "string") offset = last;
    if (id !== undefined) {
      let session = member.id;
      // Acknowledges it: once, and to the session that sent it only.
      args.push((...answer: unknown[]) => {
        if (!session || session !== member.id) return;
        session = undefined;
        outbox.send(PacketType.ACK, answer, id);
      });
    }
    tell(event, args, true);
  }

  function lost(reason?: string, description?: unknown): void {
    asking = undefined;
    // What came before the namespace was granted comes again with the next connection.
    member.receiveBuffer = [];
    if (!member.connected) return;
    asked = member.id = undefined;
    member.connected = false;
    // What a listener emits from here on waits for the next connection.
    const fail = outbox.fail(!member.active, true);
    tell("disconnect", [reason, description]);
    fail();
  }

  /** Wants the namespace no more. What was asked already will be answered: see `granted`. */
  function end(reason?: string): void {
    member.active = false;
    link.detach();
    lost(reason);
  }

  return {
    opened() {
      if (member.active) ask();
    },
    receive(packet: Packet) {
      switch (packet.type) {
        case PacketType.CONNECT:
          granted(packet.data ?? {});
          break;
        case PacketType.CONNECT_ERROR:
          asked = undefined;
          if (!member.connected && member.active) {
            end();
            tell("connect_error", [toError(packet.data)]);
          }
          break;
        case PacketType.EVENT:
          if (!member.connected) {
            if (member.receiveBuffer.length < MAX_RECEIVE_BUFFER) member.receiveBuffer.push(packet);
          } else if (!outbox.receive(packet.data)) deliver(packet);
          break;
        case PacketType.ACK:
          outbox.settle(packet.id, [null, ...packet.data], true);
          break;
        case PacketType.DISCONNECT:
          // Before it is granted, it is the end of the socket that this program has left already.
          if (member.connected) end("io server disconnect");
          break;
      }
    },
    failed(error) {
      if (member.active) tell("connect_error", [error]);
    },
    closed: lost,
    abandoned: () => outbox.fail(true, false)(),
    leave() {
      if (member.connected) outbox.send(PacketType.DISCONNECT);
      end("io client disconnect");
      outbox.fail(true, false)();
    },
    async refreshAuth() {
      await outbox.refreshAuth(await new Promise(askAuth));
    },
  };
}
