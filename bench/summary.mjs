/** The figures of all rows: for each server the median of its rounds, and for each target what was reached. */
export function summarize(rows, samples) {
  return rows.flatMap((row) =>
    row.figures.map((figure) => {
      const taken = samples.get(row.id) ?? new Map();
      const servers = [...taken].map(([name, rounds]) => ({
        name,
        ...spread(rounds.map((round) => round[figure.key])),
        ...aside(rounds, figure),
      }));
      const [own] = row.servers;
      const against = (other) => ratio(taken.get(own), taken.get(other), figure.key);
      return {
        id: row.id,
        group: row.group,
        title: figure.title ?? row.title,
        detail: row.detail,
        unit: figure.unit,
        key: figure.key,
        load: row.load,
        servers,
        ratios: row.servers.slice(1).flatMap((other) => {
          const found = against(other);
          const target = figure.targets.find((each) => each.against === other)?.most;
          return found === undefined ? [] : [{ against: other, ...found, target }];
        }),
      };
    }),
  );
}

/** The throughput, and whether the load worked harder than the server: then it was the load that was measured. */
function aside(rounds, { key }) {
  if (key !== "cpu" && key !== "accept") return {};
  const load = median(rounds.map((round) => round.load));
  const rate = key === "cpu" ? { rate: median(rounds.map((round) => round.rate)) } : {};
  return { loadCpu: load, ...rate };
}

/** The ratio of the medians; its bounds are the best and the worst round, each with its neighbour in time. */
function ratio(own, other, key) {
  if (own === undefined || other === undefined) return undefined;
  const rounds = Math.min(own.length, other.length);
  const pairs = Array.from({ length: rounds }, (_, index) => own[index][key] / other[index][key]);
  const middle = median(own.map((round) => round[key])) / median(other.map((round) => round[key]));
  return { ratio: middle, low: Math.min(middle, ...pairs), high: Math.max(middle, ...pairs) };
}

function spread(values) {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values), rounds: values };
}

function median(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1];
}
