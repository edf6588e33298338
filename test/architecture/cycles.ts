/** A directed graph: each file with the files that it imports. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The groups of files that reach one another, by Tarjan's algorithm. A lone file counts when it imports itself. */
export function cycles(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const groups: string[][] = [];

  const visit = (file: string): number => {
    const own = index.size;
    let lowest = own;
    index.set(file, own);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, index.get(next) ?? own);
    }
    low.set(file, lowest);
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || graph.get(file)?.has(file)) groups.push(group.sort());
    }
    return lowest;
  };

  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return groups;
}

/** The shortest way from `group[0]` back to itself, for a message that one can act on. */
export function pathOf(graph: Graph, group: readonly string[]): string {
  const [first = ""] = group;
  const queue: string[][] = [[first]];
  const seen = new Set<string>();
  for (const path of queue) {
    for (const next of graph.get(path.at(-1) ?? first) ?? []) {
      if (next === first) return [...path, next].join(" → ");
      if (!group.includes(next) || seen.has(next)) continue;
      seen.add(next);
      queue.push([...path, next]);
    }
  }
  return group.join(", ");
}
