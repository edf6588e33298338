// Every bound of the chat in one place. Lengths are in code points, sizes in bytes, times in milliseconds.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const MIB = 1024 * 1024;

export const limits = Object.freeze({
  nameLength: 20,
  titleLength: 40,
  passwordLength: 64,
  messageLength: 2_000,
  /** Of one packet. The longest message takes 12 KB of JSON; a page that sends more is none of ours. */
  packetBytes: 128 * 1024,
  minMembers: 2,
  maxMembers: 50,
  rooms: 500,
  /** People whom the owner of a room keeps out of it; the one who was removed first is forgotten first. */
  removedPerRoom: 200,
  /** Uploads that one can search for; the oldest goes first. The GIF itself stays where it was posted. */
  libraryGifs: 5_000,
  /** Shown for one search. */
  libraryPage: 48,
  /** The words of a caption that can be searched for; and the tags that are offered. */
  libraryTags: 12,
  queryLength: 80,
  /** What an answer shows of the message that it answers. */
  quoteLength: 120,

  /** Kept for each room; the oldest goes first, and its GIF with it. */
  messagesPerRoom: 1_000,
  /** Kept in memory for each room, for watchers whose stream was cut. What is older they get as they got the first. */
  watched: Object.freeze({ max: 200, bytes: 256 * 1024, age: 5 * MINUTE }),
  /** Sent to a person who enters, and to one who scrolls back. */
  messagesPerPage: 100,

  gifBytes: 5 * MIB,
  gifBytesPerRoom: 200 * MIB,
  gifBytesInAll: 2_048 * MIB,
  /** A screen of 65,535 x 65,535 costs a browser 17 GB, and costs the sender 13 bytes. */
  gifSide: 4_096,
  gifFrames: 2_000,
  /** The pixels of the screen times the frames: what it costs to play the GIF once. */
  gifPixelsInAll: 400_000_000,
  /** Uploads are held in memory while they are checked. */
  uploadsAtOnce: 16,
  /** Whoever sends slower than this must not keep the place of others. As long as the page waits for the answer. */
  uploadMs: 1 * MINUTE,
  /** One scrypt takes 16 MiB and a thread of the pool. */
  passwordChecksAtOnce: 8,

  /** How long an empty room waits when its last person left on purpose... */
  emptyRoomMs: 1 * MINUTE,
  /** ...and when the connection was lost, or the server started anew. */
  lostRoomMs: 10 * MINUTE,
  /** How long a seat is kept for a connection that broke, before the others read "left". */
  seatHoldMs: 8 * SECOND,
  /** After a start, people who come back with their ticket are not announced again. */
  settleMs: 30 * SECOND,

  /** Token buckets: how many at once, and how long one token takes to grow back. */
  rates: Object.freeze({
    message: { burst: 10, refillMs: 500 },
    upload: { burst: 4, refillMs: 3 * SECOND },
    /** And in the long run: 5 MB each, from people who only need a cookie. */
    uploadsPerHour: { burst: 60, refillMs: 1 * MINUTE },
    make: { burst: 5, refillMs: 10 * SECOND },
    rename: { burst: 5, refillMs: 2 * SECOND },
    enter: { burst: 20, refillMs: 500 },
    older: { burst: 20, refillMs: 250 },
    search: { burst: 20, refillMs: 250 },
    host: { burst: 20, refillMs: 500 },
    typing: { burst: 4, refillMs: 1 * SECOND },
    /** Per room and address, so that a new cookie does not buy new guesses. */
    password: { burst: 10, refillMs: 6 * SECOND },
  }),
  /** Buckets held at once; the one that was used longest ago goes first. */
  buckets: 20_000,
});

/**
 * @template T
 * @typedef {T extends number ? number : { readonly [Name in keyof T]: Widened<T[Name]> }} Widened
 */
/** @typedef {Widened<typeof limits>} ChatLimits */
/** @typedef {keyof ChatLimits["rates"]} Rate */
