import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const inRepository = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Where each React is: the oldest that fits stands beside this test, the newest at the root. */
const REACTS = { "18.0": "conformance/package.json", "19": "package.json" };

export type ReactVersion = keyof typeof REACTS;
export const REACT_VERSIONS = Object.keys(REACTS) as ReactVersion[];

/** Bundles a file of this folder with one React and the sources of `baro/react`. */
export async function bundle(
  file: string,
  version: ReactVersion,
  platform: "browser" | "node",
): Promise<string> {
  const require = createRequire(inRepository(REACTS[version]));
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  const { outputFiles } = await build({
    entryPoints: [inRepository(`conformance/react/${file}`)],
    bundle: true,
    write: false,
    platform,
    format: platform === "node" ? "cjs" : "iife",
    target: "es2022",
    alias: {
      "baro/react": inRepository(`src/entry/react.${platform}.ts`),
      react: folderOf("react"),
      "react-dom": folderOf("react-dom"),
    },
    // Strict mode mounts twice in development only, and only there React complains.
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
