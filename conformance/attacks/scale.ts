/** `BARO_ATTACK_SCALE=full npm run attack` carries everything out at the catalogue's own scale, which takes minutes. */
export const isFull = process.env.BARO_ATTACK_SCALE === "full";

/** How much of something an attack has: as the catalogue says, or as fits a run of all tests. */
export function scale(full: number, usual: number): number {
  return isFull ? full : usual;
}
