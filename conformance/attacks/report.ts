interface Row {
  readonly ids: readonly string[];
  readonly name: string;
  readonly latencies: readonly number[];
}

const rows: Row[] = [];
const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(2);

/** What the honest client felt. Times are for people to read, `npm run attack` prints them; no test looks at them. */
export const report = {
  add(ids: readonly string[], name: string, latencies: readonly number[]): void {
    rows.push({ ids, name, latencies });
  },

  print(): void {
    if (process.env.BARO_ATTACK_CLOCK !== "1") return;
    const lines = rows.map(({ ids, name, latencies }) => {
      const sorted = [...latencies].sort((a, b) => a - b);
      const figures = [at(sorted, 0.5), at(sorted, 0.99), String(sorted.length)].map((each) =>
        each.padStart(9),
      );
      return `${figures.join("")}  ${ids.join(", ").padEnd(12)} ${name}`;
    });
    const head = "   p50 ms   p99 ms  answers  id           attack";
    console.log(`\nThe honest client on the same server:\n\n${head}\n${lines.join("\n")}\n`);
  },
};
