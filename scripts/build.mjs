// Builds dist/: the modules by tsc, then the scripts for browsers by esbuild.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify as compress } from "@swc/core";
import { build, transform } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin", "tsc");
const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(1);

/**
 * Properties that only the client's own code names: no program, no peer and no platform. What a page loads has short names
 * in their place. Programs put properties of their own on a socket, which no hidden one of ours may meet: these have a line
 * before their letter.
 */
const { hidden, inner } = JSON.parse(readFileSync(join(root, "scripts", "inner-names.json"), "utf8"));
const shortNames = {
  mangleProps: new RegExp(`^(${[...hidden, ...inner].join("|")})$`),
  mangleCache: Object.fromEntries(hidden.map((name, index) => [name, `_${(index + 10).toString(36)}`])),
};

/** A call of a function that makes a part of the client, of functions around its state. */
const FACTORY = /(?<!function )\bcreate(?!Outgoing)\w+\(/g;

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const options = {
  bundle: true,
  sourcemap: true,
  platform: "browser",
  // Private fields stay private fields: helpers in their place would be a third of the script.
  target: "es2022",
  define: { "Number.POSITIVE_INFINITY": "Infinity" },
  banner: { js: `/* Baro ${version} | MIT */` },
  logLevel: "warning",
};

const scripts = [
  { file: "socket.io.js", entry: "client.global.ts", format: "iife", minify: false },
  { file: "socket.io.min.js", entry: "client.global.ts", format: "iife", minify: true },
  { file: "socket.io.esm.min.js", entry: "client.browser.ts", format: "esm", minify: true },
];
for (const { file, entry, format, minify } of scripts) {
  const outfile = join(root, "dist", "client", file);
  await build({
    ...options,
    entryPoints: [join(root, "src", "entry", entry)],
    ...{ outfile, format, minify },
    ...(minify && shortNames),
  });
  if (minify) await compressScript(outfile, { module: format === "esm" });
  const bytes = readFileSync(outfile);
  console.log(
    `dist/client/${file}  ${kilobytes(bytes)} kB, gzip ${kilobytes(gzipSync(bytes, { level: 9 }))} kB`,
  );
}

// What bundlers take for a page is one module in place of many, gone through by the same compressor: esbuild alone makes
// a fortieth more of it. Its functions and variables keep their names, for whoever debugs a page. React's hooks share the
// client with it: whoever imports both has one.
const { metafile } = await build({
  ...options,
  entryPoints: ["client.browser.ts", "react.browser.ts"].map((entry) => join(root, "src", "entry", entry)),
  outdir: join(root, "dist"),
  outbase: join(root, "src"),
  chunkNames: "client/browser-[hash]",
  ...{ splitting: true, format: "esm", external: ["react"], metafile: true },
  ...shortNames,
});
for (const file of Object.keys(metafile.outputs)) {
  if (file.endsWith(".js")) await compressScript(resolve(file), { module: true, names: true });
}

/** What esbuild leaves, a compressor that takes its time makes a twentieth shorter. With `names` it stays readable. */
async function compressScript(outfile, { module, names = false }) {
  const source = readFileSync(outfile, "utf8");
  // Where a bundler shortens the names, each depth of functions in functions has other ones: what is made by a function
  // stays one beside the others.
  const compressed = await compress(names ? source.replaceAll(FACTORY, "/*#__NOINLINE__*/ $&") : source, {
    ecma: 2022,
    module,
    compress: {
      ...{ passes: 8, toplevel: true, keep_fargs: false, pure_getters: true },
      // Longer by these, once the script is compressed by gzip.
      sequences: false,
      // What esbuild takes for a side effect keeps a module's constants in a page that uses none of them.
      keep_infinity: names,
      // "use client" is for React.
      directives: false,
    },
    mangle: names ? false : { toplevel: true },
    format: { comments: { regex: "^ Baro |PURE" }, preserve_annotations: true },
    sourceMap: { content: readFileSync(`${outfile}.map`, "utf8") },
  });
  const { code, map } = names ? await print(compressed) : compressed;
  writeFileSync(outfile, `${code.trimEnd()}\n//# sourceMappingURL=${basename(outfile)}.map`);
  writeFileSync(`${outfile}.map`, map);
}

/** Writes code as people do. */
function print({ code, map }) {
  const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
  return transform(source, { target: options.target, sourcemap: "external", banner: options.banner.js });
}

function kilobytes(bytes) {
  return (bytes.length / 1000).toFixed(1);
}
