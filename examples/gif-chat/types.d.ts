// The contract between the server and the page: what travels over sockets and HTTP.

export interface Person {
  readonly id: string;
  readonly name: string;
  /** The person's colour for ever: a hue of the OKLCH wheel, in degrees. */
  readonly hue: number;
}

export interface Gif {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  readonly size: number;
  /** It was taken from the library, and is no upload of its own. */
  readonly fromLibrary?: true;
}

/** A GIF that one can pick. */
export interface LibraryGif {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** What one sees, where somebody has said it. */
  readonly label: string;
  readonly tags: readonly string[];
}

export interface Message {
  /** Counts from 1 in each room, without holes: the page orders, catches up and drops doubles by it. */
  readonly seq: number;
  readonly room: string;
  /** Made by the sender's page. A message that is sent again under the same key is stored once. */
  readonly key: string;
  readonly at: number;
  readonly from: Person;
  readonly text: string;
  readonly gif: Gif | null;
  /** The number of the message that this one answers. */
  readonly replyTo: number | null;
  /** What is answered; `null` where there is nothing, or nothing any more. */
  readonly quote: Quote | null;
  /** It was deleted: the number and the person stay, text and GIF are gone. */
  readonly gone?: true;
}

/** The beginning of a message that another one answers. */
export interface Quote {
  readonly from: Person;
  readonly text: string;
  readonly gif: Gif | null;
}

export interface RoomCard {
  readonly id: string;
  readonly title: string;
  readonly locked: boolean;
  readonly max: number;
  readonly people: readonly Person[];
  /** When nobody is in: the time at which the room vanishes, unless somebody comes. */
  readonly vanishesAt: number | null;
}

export interface Limits {
  readonly nameLength: number;
  readonly titleLength: number;
  readonly passwordLength: number;
  readonly messageLength: number;
  readonly minMembers: number;
  readonly maxMembers: number;
  readonly gifBytes: number;
}

export interface Session {
  readonly person: Person;
  readonly limits: Limits;
}

export type ErrorCode =
  | "badRequest"
  | "noSession"
  | "roomGone"
  | "roomFull"
  | "passwordNeeded"
  | "passwordWrong"
  | "passwordTooLong"
  | "notInRoom"
  | "roomClosed"
  | "removed"
  | "notYours"
  | "messageGone"
  | "gifGone"
  | "messageEmpty"
  | "messageTooLong"
  | "tooFast"
  | "tooManyUploads"
  | "titleEmpty"
  | "titleTooLong"
  | "membersOutOfRange"
  | "tooManyRooms"
  | "nameEmpty"
  | "nameTooLong"
  | "notGif"
  | "gifBroken"
  | "gifTooLarge"
  | "gifTooManyPixels"
  | "storageFull"
  | "busy"
  | "internal";

export type Refusal = {
  readonly ok: false;
  readonly code: ErrorCode;
  /** With `tooFast`: how many milliseconds to wait. */
  readonly retryAfter?: number;
};
export type Answer<T = object> = ({ readonly ok: true } & T) | Refusal;
export type Ack<T = object> = (answer: Answer<T>) => void;

export interface Entered {
  readonly room: {
    readonly id: string;
    readonly title: string;
    readonly locked: boolean;
    readonly max: number;
    /** The id of the person who made the room, and may delete, remove and close in it. */
    readonly owner: string | null;
  };
  readonly people: readonly Person[];
  readonly messages: readonly Message[];
  /** True when older messages than the first of `messages` are kept. */
  readonly more: boolean;
  /** True when `messages` does not join on to the `after` that was asked: too much was missed. */
  readonly gap: boolean;
  /** The numbers up to `after` that are deleted: the page may still show them. */
  readonly gone: readonly number[];
  /** Lets this person in again without the password, also after a restart of the server. */
  readonly ticket: string;
}

export interface LobbyRequests {
  make(
    room: { title: string; password: string; max: number },
    ack: Ack<{ id: string; ticket: string }>,
  ): void;
}
export interface LobbyEvents {
  rooms(rooms: readonly RoomCard[]): void;
  room(room: RoomCard): void;
  gone(id: string): void;
}

export interface ChatRequests {
  enter(
    request: { room: string; password?: string; ticket?: string; after?: number },
    ack: Ack<Entered>,
  ): void;
  leave(request: object, ack: Ack): void;
  message(
    request: { key: string; text: string; replyTo?: number | null; gif?: string | null },
    ack: Ack<{ message: Message }>,
  ): void;
  older(request: { before: number }, ack: Ack<{ messages: readonly Message[]; more: boolean }>): void;
  /** GIFs whose tags have all the words, and the tags that most of what there is has. */
  gifs(
    request: { query: string; language: "en" | "ko" },
    ack: Ack<{ gifs: readonly LibraryGif[]; tags: readonly string[] }>,
  ): void;
  /** Of one's own message, or of any in one's own room. */
  delete(request: { seq: number }, ack: Ack): void;
  /** Only in one's own room, as the next one. */
  remove(request: { person: string }, ack: Ack): void;
  close(request: object, ack: Ack): void;
  typing(): void;
}
export interface ChatEvents {
  message(message: Message): void;
  /** The message with this number of the room is deleted. */
  deleted(room: string, seq: number): void;
  /** The owner has closed the room: everybody is out. */
  closed(room: string): void;
  /** The owner has removed this person from the room. */
  removed(room: string): void;
  people(people: readonly Person[]): void;
  came(person: Person): void;
  left(person: Person): void;
  typing(person: Person): void;
}

/** What a page hears that only watches a room. */
export interface WatchEvents {
  /** The first, for a page that comes for the first time. */
  newest(room: { title: string; messages: readonly Message[] }): void;
  message(message: Message): void;
  deleted(seq: number): void;
  closed(): void;
}
