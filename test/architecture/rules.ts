import { readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { cycles, type Graph, pathOf } from "./cycles.ts";
import { LAYERS, type Layer, LEAVES } from "./layers.ts";
import { type Import, readSource, type Source } from "./source.ts";

const MOST_LINES = 400;

/** Every breach of the table in the tree at `src`, one readable line each; none when all is well. */
export function violations(src: string): string[] {
  const found: string[] = [];
  const sources = new Map<string, Source>();
  for (const file of filesIn(src)) {
    if (file.endsWith(".ts")) sources.set(file, readSource(join(src, file)));
    else found.push(`${file}: only TypeScript lives in src/`);
  }

  const values = new Map<string, Set<string>>();
  const all = new Map<string, Set<string>>();
  for (const [file, source] of sources) {
    values.set(file, new Set());
    all.set(file, new Set());
    for (const error of source.errors) found.push(`${file}: ${error}`);
    if (source.lines > MOST_LINES)
      found.push(`${file}: ${source.lines} lines, ${MOST_LINES} is the most a file may have`);

    const layer = layerOf(file);
    if (layer === undefined) {
      found.push(`${file}: no layer of test/architecture/layers.ts covers it`);
      continue;
    }
    found.push(...nameViolations(file, source, layer));
    for (const reference of source.imports) {
      const to = targetOf(file, reference);
      const fault =
        to === undefined ? outsideFault(file, layer, reference) : insideFault(layer, to, sources.has(to));
      if (fault !== undefined) found.push(`${file}:${reference.line}: ${fault}`);
      if (to === undefined || !sources.has(to)) continue;
      all.get(file)?.add(to);
      if (!reference.typeOnly) values.get(file)?.add(to);
    }
  }
  return [...found, ...cycleViolations(values, all)];
}

/** The layer of a file of `src/`, by its path inside it. */
function layerOf(file: string): Layer | undefined {
  const folder = file.includes("/") ? file.slice(0, file.indexOf("/")) : "leaves";
  if (folder === "leaves" && !LEAVES.includes(file.replace(/\.ts$/, ""))) return undefined;
  return LAYERS.find((layer) => layer.folder === folder);
}

function filesIn(src: string): string[] {
  return readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(src, posix.join(entry.parentPath, entry.name)))
    .sort();
}

function nameViolations(file: string, source: Source, layer: Layer): string[] {
  const found = source.names
    .filter(({ name }) => layer.forbidden.includes(name))
    .map(({ name, line }) => `${file}:${line}: ${name} is forbidden in ${layer.folder}/`);
  if (layer.mayWait) return found;
  for (const { name, line } of source.waits)
    found.push(`${file}:${line}: ${name} is forbidden in ${layer.folder}/, which is pure`);
  return found;
}

/** The path inside `src/` that a relative import leads to; undefined for a package, or for what can't be known. */
function targetOf(file: string, { specifier }: Import): string | undefined {
  return specifier?.startsWith(".") ? posix.join(posix.dirname(file), specifier) : undefined;
}

function insideFault(layer: Layer, to: string, exists: boolean): string | undefined {
  if (!exists) return `${to} is no file of src/`;
  const target = layerOf(to);
  if (target === undefined || target === layer) return undefined;
  if (!layer.imports.includes(target.folder) || layer.importsNot?.includes(to))
    return `${layer.folder}/ may not import ${to}`;
  return undefined;
}

function outsideFault(file: string, layer: Layer, { specifier, typeOnly }: Import): string | undefined {
  if (specifier === undefined) return "an import() must name its module, so that this test can follow it";
  if (!isBuiltin(specifier)) {
    if (layer.packages?.includes(specifier)) return undefined;
    return `${specifier} is a package that ${layer.folder}/ may not import`;
  }
  if (!specifier.startsWith("node:")) return `write node:${specifier}`;
  if (layer.node === "any" || layer.node.includes(specifier)) return undefined;
  if (typeOnly && layer.nodeTypes?.[file]?.includes(specifier)) return undefined;
  return `${layer.folder}/ may not import ${specifier}`;
}

function cycleViolations(values: Graph, all: Graph): string[] {
  const found = cycles(values).map((group) => `cycle of values: ${pathOf(values, group)}`);
  for (const group of cycles(all)) {
    const folders = new Set(group.map((file) => layerOf(file)?.folder));
    if (folders.size > 1) found.push(`cycle of types across folders: ${pathOf(all, group)}`);
  }
  return found;
}
