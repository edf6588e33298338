// What a shell is about, in one number: as fields of their own, they would be 56 bytes of each idle connection.

/** A flush follows at the end of this turn. */
export const SCHEDULED = 1;
/** Nothing follows what is in the outbox. */
export const ENDING = 2;
/** The kernel has refused bytes. */
export const FULL = 4;
/** The owner wants no more messages for now. */
export const PAUSED = 8;
/** Bytes are left in the connection for the next turn. */
export const BEHIND = 16;
/** The peer's FIN came while bytes before it were left. */
export const ENDED = 32;
/** The budget knows of an unfinished message. */
export const ASSEMBLING = 64;
/** The wait for the end of TCP has a bound already. */
export const OVER = 128;
/** The connection is no longer open: nothing more is sent. */
export const SHUT = 256;
