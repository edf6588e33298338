import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Layer, LEAVES } from "./layers.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

// What every platform has beside the language. TypeScript knows these names from the DOM or from Node only.
const TEXT = `
declare class TextEncoder { encode(text?: string): Uint8Array<ArrayBuffer>; encodeInto(text: string, into: Uint8Array): { read: number; written: number } }
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(data?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}
declare class URLSearchParams {
  constructor(query: string | Record<string, string>);
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}
declare function atob(text: string): string;
declare function btoa(text: string): string;
`;

/** Compiles one layer of the tree at `src` alone: no DOM, and of the platform only what the layer may have. */
export function compileAlone(src: string, layer: Layer): string {
  const folder = mkdtempSync(join(tmpdir(), "baro-layer-"));
  try {
    writeFileSync(join(folder, "text.d.ts"), TEXT);
    const files =
      layer.folder === "leaves" ? LEAVES.map((leaf) => join(src, `${leaf}.ts`)) : [join(src, layer.folder)];
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: {
        lib: ["ES2023"],
        types: layer.compilesWith === "node" ? ["node"] : [],
        typeRoots: [join(ROOT, "node_modules/@types")],
      },
      include: layer.compilesWith === "text" ? [...files, join(folder, "text.d.ts")] : files,
      exclude: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const result = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
      encoding: "utf8",
    });
    return result.status === 0 ? "" : result.stdout + result.stderr || `tsc ended with ${result.status}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
