import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import { build } from "vite";
import webpack from "webpack";

// How each bundler makes the script of a page, with a source map: as its documentation says, and nothing beyond. Each
// writes `file`, and throws where it has so much as a warning.

export const BUNDLERS = {
  async esbuild(entry, file) {
    const { warnings } = await esbuild.build({
      ...{ entryPoints: [entry], outfile: file, absWorkingDir: dirname(entry) },
      ...{ bundle: true, minify: true, sourcemap: true, format: "esm", logLevel: "silent" },
      // That it leaves out what has no effect is what is asked of it.
      logOverride: { "ignored-bare-import": "silent" },
    });
    complain(warnings.map(({ text }) => text));
  },

  async rollup(entry, file) {
    const warnings = [];
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: true })],
      onwarn: ({ message }) => warnings.push(message),
    });
    await bundle.write({ file, format: "es", sourcemap: true });
    await bundle.close();
    complain(warnings);
  },

  async vite(entry, file) {
    const warnings = [];
    const warn = (message) => warnings.push(message);
    await build({
      ...{ root: dirname(entry), configFile: false, logLevel: "warn" },
      customLogger: {
        ...{ info() {}, warn, warnOnce: warn, error: warn, clearScreen() {} },
        ...{ hasErrorLogged: () => false, hasWarned: false },
      },
      build: {
        ...{ outDir: dirname(file), emptyOutDir: false, sourcemap: true },
        rolldownOptions: { input: entry, output: { entryFileNames: basename(file) } },
      },
    });
    complain(warnings);
  },

  async webpack(entry, file) {
    const stats = await new Promise((resolve, reject) => {
      const config = {
        ...{ mode: "production", devtool: "source-map", context: dirname(entry), entry },
        output: { path: dirname(file), filename: basename(file) },
      };
      webpack(config, (error, stats) => (error ? reject(error) : resolve(stats)));
    });
    const { errors = [], warnings = [] } = stats.toJson({ all: false, errors: true, warnings: true });
    complain([...errors, ...warnings].map(({ message }) => message));
  },
};

/** Bundles a text as the page's program, in a folder of the project, and gives the path of the script. */
export async function bundle(name, project, title, text) {
  const folder = join(project, "bundled", name, title);
  mkdirSync(folder, { recursive: true });
  const entry = join(folder, text.includes("require(") ? "page.cjs" : "page.js");
  const file = join(folder, "out", "main.js");
  writeFileSync(entry, text);
  await BUNDLERS[name](entry, file);
  return file;
}

function complain(messages) {
  if (messages.length > 0) throw new Error(messages.join("\n"));
}
