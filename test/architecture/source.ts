import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

/** One way in which a file names another module. */
export interface Import {
  /** As it is written; undefined for an `import()` of something that is no literal. */
  readonly specifier: string | undefined;
  /** Whether nothing is left of it at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A global name, or `async`, `await`. */
interface Name {
  readonly name: string;
  readonly line: number;
}

/** What the test of the layers knows about one file. */
export interface Source {
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Every name that is not a property, a key or an import. */
  readonly names: readonly Name[];
  /** Every place that waits. */
  readonly waits: readonly Name[];
  /** What the parser refused. */
  readonly errors: readonly string[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** Parses `path`. Everything comes from the syntax tree, so that no string or comment is taken for code. */
export function readSource(path: string): Source {
  const text = readFileSync(path, "utf8");
  const result = parseSync(path, text);
  const imports: Import[] = [];
  const names: Name[] = [];
  const waits: Name[] = [];
  const imported = new Set<string>();

  const lineOf = (node: Node): number => text.slice(0, node.start).split("\n").length;

  const visit = (node: Node): void => {
    const reference = importOf(node);
    if (reference !== undefined) imports.push({ ...reference, line: lineOf(node) });
    if (node.type.startsWith("Import") && isNode(node.local)) imported.add(String(node.local.name));
    if (node.type === "Identifier") names.push({ name: String(node.name), line: lineOf(node) });
    if (node.async === true) waits.push({ name: "async", line: lineOf(node) });
    if (node.await === true) waits.push({ name: "for await", line: lineOf(node) });
    if (node.type === "AwaitExpression") waits.push({ name: "await", line: lineOf(node) });
    for (const [key, value] of Object.entries(node)) {
      if (isLabel(node, key)) continue;
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child);
    }
  };
  visit(result.program as unknown as Node);

  return {
    lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    imports,
    names: names.filter(({ name }) => !imported.has(name)),
    waits,
    errors: result.errors.map((error) => error.message),
  };
}

/** Whether `node[key]` is a mere label: the property of a member access, the key of an object or a class. */
function isLabel(node: Node, key: string): boolean {
  if (node.computed === true) return false;
  if (node.type === "MemberExpression") return key === "property";
  if (node.type === "TSQualifiedName") return key === "right";
  // A shorthand property is a reference too: it stands there once more, as the value.
  return key === "key" || key === "imported" || key === "exported";
}

/** The module that `node` names, if it names one. */
function importOf(node: Node): Omit<Import, "line"> | undefined {
  switch (node.type) {
    // `import { type A }` still loads the module, since verbatimModuleSyntax keeps the statement.
    case "ImportDeclaration":
      return { specifier: literal(node.source), typeOnly: node.importKind === "type" };
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      if (!isNode(node.source)) return undefined;
      return { specifier: literal(node.source), typeOnly: node.exportKind === "type" };
    case "ImportExpression":
      return { specifier: literal(node.source), typeOnly: false };
    case "TSImportType":
      return { specifier: literal(node.source), typeOnly: true };
    case "TSExternalModuleReference":
      return { specifier: literal(node.expression), typeOnly: false };
    case "CallExpression": {
      const callee = node.callee;
      if (!isNode(callee) || callee.name !== "require") return undefined;
      const args = node.arguments;
      return { specifier: literal(Array.isArray(args) ? args[0] : undefined), typeOnly: false };
    }
    default:
      return undefined;
  }
}

function literal(node: unknown): string | undefined {
  return isNode(node) && typeof node.value === "string" ? node.value : undefined;
}
