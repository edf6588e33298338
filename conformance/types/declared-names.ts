import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

interface Member {
  readonly type: string;
  readonly kind?: string;
  readonly accessibility?: string | null;
  readonly static?: boolean;
  readonly key?: { readonly type: string; readonly name?: string };
}
interface Declaration {
  readonly id?: { readonly name?: string };
  readonly body?: { readonly body?: readonly Member[] };
}

/**
 * The names of what a class or an interface of a file declares for everybody: no private or protected ones, no statics, no
 * constructor, and none that begin with an underscore, by which JavaScript says the same.
 */
export function declaredNames(file: string, name: string): string[] {
  const { program, errors } = parseSync(file, readFileSync(file, "utf8"));
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  for (const statement of program.body) {
    const declaration = (
      "declaration" in statement ? statement.declaration : statement
    ) as Declaration | null;
    if (declaration?.id?.name !== name || !Array.isArray(declaration.body?.body)) continue;
    const names = declaration.body.body.filter(isPublic).map(({ key }: Member) => key?.name ?? "");
    return [...new Set<string>(names)].filter((each) => !each.startsWith("_"));
  }
  throw new Error(`${file} declares no ${name}`);
}

function isPublic({ accessibility, kind, key, static: isStatic }: Member): boolean {
  const isHidden = accessibility === "private" || accessibility === "protected";
  return key?.type === "Identifier" && !isHidden && isStatic !== true && kind !== "constructor";
}

/** The names that a module exports, types too. */
export function exportedNames(file: string): string[] {
  const { module } = parseSync(file, readFileSync(file, "utf8"));
  return module.staticExports.flatMap(({ entries }) =>
    entries.map(({ exportName }) => exportName.name ?? "default"),
  );
}
