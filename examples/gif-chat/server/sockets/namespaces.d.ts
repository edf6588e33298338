import type { Namespace, Socket } from "baro";
import type {
  ChatEvents,
  ChatRequests,
  LobbyEvents,
  LobbyRequests,
  Person,
  WatchEvents,
} from "../../types.d.ts";

type Nothing = Record<string, never>;
/** Set by the middleware before anybody is connected; `room` while the socket is in one. */
interface Data {
  person: Person;
  room?: string | undefined;
}

/** What arrives is typed by the listeners as `unknown`: a peer may send anything. */
type Unchecked<Events> = { [Name in keyof Events]: (...args: unknown[]) => void };

export type Lobby = Namespace<Unchecked<LobbyRequests>, LobbyEvents, Nothing, Data>;
export type ChatSocket = Socket<Unchecked<ChatRequests>, ChatEvents, Nothing, Data>;
export type ChatRooms = Namespace<Unchecked<ChatRequests>, ChatEvents, Nothing, Data>;
/** Nobody says anything here. */
export type Watch = Namespace<Nothing, WatchEvents, Nothing, Nothing>;
