import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What each part of the browser's script weighs, minified, and the whole of it compressed. */
export async function measureSize() {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["src/entry/client.global.ts"],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    metafile: true,
    write: false,
    outfile: "socket.io.min.js",
  });
  const [{ contents }] = outputFiles;
  const parts = new Map();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, part = ""] = file.split("/");
      const name = part.endsWith(".ts") ? "leaves" : part;
      parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  }
  return {
    minified: contents.length,
    compressed: gzipSync(contents, { level: 9 }).length,
    parts: [...parts].map(([name, bytes]) => ({ name, bytes })).sort((one, other) => other.bytes - one.bytes),
  };
}
