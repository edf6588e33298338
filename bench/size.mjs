import { readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const SCRIPT = fileURLToPath(new URL("../dist/client/socket.io.min.js", import.meta.url));

/** What no source wrote: the banner, and what holds the modules together. */
const NO_SOURCE = "(the bundle)";

/**
 * What the page's script weighs, and what each source and each folder has of that: its bytes in the script, and by how
 * much the compressed script would be shorter without them.
 */
export function measureSize() {
  const script = readFileSync(SCRIPT, "utf8");
  const compressed = weigh(script);
  const owners = ownersOf(script, JSON.parse(readFileSync(`${SCRIPT}.map`, "utf8")));
  const sources = group(script, compressed, owners);
  const parts = group(script, compressed, owners.map(partOf));
  return { minified: Buffer.byteLength(script), compressed, parts, sources };
}

/** The source of each character of the script. */
function ownersOf(script, payload) {
  const map = new SourceMap(payload);
  const owners = [];
  script.split("\n").forEach((line, index) => {
    for (let column = 0; column <= line.length; column += 1) {
      const { originalSource } = map.findEntry(index, column);
      owners.push(originalSource?.replace(/^.*\/src\//, "") ?? NO_SOURCE);
    }
  });
  return owners.slice(0, script.length);
}

function partOf(source) {
  if (source === NO_SOURCE) return source;
  return source.includes("/") ? source.slice(0, source.indexOf("/")) : "leaves";
}

function group(script, compressed, owners) {
  return [...new Set(owners)]
    .map((name) => {
      const rest = [...script].filter((_, index) => owners[index] !== name).join("");
      return { name, bytes: script.length - rest.length, compressed: compressed - weigh(rest) };
    })
    .sort((one, other) => other.compressed - one.compressed);
}

function weigh(text) {
  return gzipSync(text, { level: 9 }).length;
}
