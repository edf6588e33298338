/**
 * A message as people read it: with the beginning of the one that it answers. That is looked up each time, so a message
 * that is deleted is gone from its answers, too.
 * @param {import("./store.js").Message} message
 * @param {import("./store.js").Store} store
 * @param {Pick<import("./limits.js").ChatLimits, "quoteLength">} limits
 * @returns {import("../types.d.ts").Message}
 */
export function readMessage(message, store, { quoteLength }) {
  // The messages of an older version answered nothing.
  const replyTo = message.replyTo ?? null;
  // One answers what was said before.
  const other = replyTo === null || replyTo >= message.seq ? undefined : store.get(message.room, replyTo);
  if (other === undefined || other.gone) return { ...message, replyTo, quote: null };
  const text = [...other.text.slice(0, 2 * quoteLength)].slice(0, quoteLength).join("");
  return { ...message, replyTo, quote: { from: other.from, text, gif: other.gif } };
}
