import { transform } from "esbuild";

/** A block of code as a function: it gets what it finds, and gives what it declares to the blocks behind it. */
export interface Program {
  readonly declared: readonly string[];
  readonly imported: readonly string[];
  /** Whether it opens a port, so that what an earlier block has opened there must be closed first. */
  readonly listens: boolean;
  run(scope: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
}

type Run = (...values: unknown[]) => Promise<Record<string, unknown>>;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (...source: string[]) => Run;

const IMPORT = /^import\s+([\w*{}\s,$]+?)\s+from\s+"([^"]+)";?[^\n]*$/gm;
const DECLARED =
  /^(?:export\s+)?(?:(?:async\s+)?function\*?|class|const|let|var)\s+(\{[^}]*\}|\[[^\]]*\]|[\w$]+)/gm;

/**
 * Takes a block of TypeScript or JavaScript, with imports and `await` at its top. The port 3000 of the pages becomes `port`.
 *
 * @throws Error where the code is not valid.
 */
export async function compile(source: string, language: string, port: number): Promise<Program> {
  const loader = language === "tsx" ? "tsx" : language === "ts" ? "ts" : "js";
  const { code } = await transform(source.replaceAll(/\b(3000|8080)\b/g, String(port)), {
    loader,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    // What a block imports and does not use is imported nevertheless: a name that is not there is a fault.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const imported: string[] = [];
  const body = code
    .replace(IMPORT, (_, names: string, from: string) => {
      const pattern = toPattern(names);
      imported.push(...namesOf(pattern));
      return `const ${pattern} = await $import(${JSON.stringify(from)});`;
    })
    .replace(/^export default /gm, "")
    .replace(/^export \{[\s\S]*?\};?$/gm, "")
    .replace(/^export /gm, "");
  const declared = [...code.matchAll(DECLARED)].flatMap((match) => namesOf(match[1] ?? ""));
  const own = new Set([...imported, ...declared]);
  return {
    declared,
    imported,
    listens: /\.listen\(|new (?:WebSocket)?Server\((?:3000|\{\s*port)/.test(source),
    run: (scope) => {
      const names = Object.keys(scope).filter((name) => !own.has(name));
      const run = new AsyncFunction(...names, `${body}\nreturn { ${[...own].join(", ")} };`);
      return run(...names.map((name) => scope[name]));
    },
  };
}

/** `A, { b as c }` of an import as the pattern of a declaration. */
function toPattern(names: string): string {
  const all = /^\*\s+as\s+([\w$]+)$/.exec(names);
  if (all?.[1] !== undefined) return all[1];
  const [, main, braces] = /^([\w$]+)?\s*,?\s*(?:\{([^}]*)\})?$/.exec(names.trim()) ?? [];
  const parts = (braces ?? "").replaceAll(/\s+as\s+/g, ": ");
  return `{ ${[main === undefined ? "" : `default: ${main}`, parts.trim()].filter(Boolean).join(", ")} }`;
}

/** The names that a pattern of a declaration makes. */
function namesOf(pattern: string): string[] {
  if (!/^[{[]/.test(pattern)) return [pattern];
  return pattern
    .slice(1, -1)
    .split(",")
    .map((part) => part.replace(/=.*/s, "").replace(/^.*:/s, "").replace("...", "").trim())
    .filter(Boolean);
}
