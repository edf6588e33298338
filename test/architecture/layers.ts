// The table of ARCHITECTURE.md as data. The two change together: the test compares their folders.

/** What one folder of `src/` may import and must not contain. */
export interface Layer {
  /** The folder under `src/`; `leaves` for the files that stand in `src/` itself. */
  readonly folder: string;
  /** The layers that it may import, besides itself. */
  readonly imports: readonly string[];
  /** Files among those layers that it may not import all the same. */
  readonly importsNot?: readonly string[];
  /** The modules of Node that it may import. */
  readonly node: readonly string[] | "any";
  /** Modules of Node whose types alone may enter, by the one file where they may. */
  readonly nodeTypes?: Readonly<Record<string, readonly string[]>>;
  /** The packages that it may import. */
  readonly packages?: readonly string[];
  /** Global names that must not occur. */
  readonly forbidden: readonly string[];
  /** Whether `async`, `await` and `for await` may occur. */
  readonly mayWait: boolean;
  /** The globals with which the folder must compile alone; absent where it lives on a platform anyway. */
  readonly compilesWith?: "nothing" | "text" | "node";
}

const TIMERS = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
];
const DATES = ["Date", "performance"];
const PROMISES = ["Promise", "PromiseLike"];
const STREAMS = ["EventEmitter", "EventTarget", "ReadableStream", "WritableStream", "TransformStream"];
const NODE = ["process", "Buffer", "NodeJS", "require", "global", "__dirname", "__filename"];
const PAGE = ["document", "window", "navigator", "localStorage", "sessionStorage", "XMLHttpRequest"];
const NETWORK = ["fetch", "WebSocket", "EventSource", "Request", "Response", "Blob", "FormData"];
// Through these one reaches every other name.
const DETOURS = ["globalThis", "eval"];

const PURE = [...TIMERS, ...DATES, ...PROMISES, ...STREAMS, ...NODE, ...PAGE, ...NETWORK, ...DETOURS];
const POLICY = [...TIMERS, "EventEmitter", ...NODE, ...PAGE, ...NETWORK, ...DETOURS];

/** The layers on which those with I/O of Node stand: all but what is made of them. */
const BELOW_NODE = [
  "leaves",
  "websocket",
  "engine",
  "socketio",
  "sse",
  "plain",
  "cluster",
  "history",
  "server",
  "client",
  "web",
];

/** The files that stand in `src/` itself. */
export const LEAVES = [
  "errors",
  "diagnostics",
  "emitter",
  "catch-all-emitter",
  "clock",
  "report",
  "rate",
  "binary",
  "blob",
];

export const LAYERS: readonly Layer[] = [
  {
    folder: "leaves",
    imports: [],
    node: [],
    forbidden: PURE,
    mayWait: false,
    compilesWith: "nothing",
  },
  {
    folder: "websocket",
    imports: ["leaves"],
    importsNot: ["emitter.ts", "clock.ts"],
    node: ["node:buffer", "node:crypto", "node:zlib"],
    // Buffer is imported from node:buffer, where one sees it.
    forbidden: PURE,
    mayWait: false,
    compilesWith: "node",
  },
  {
    folder: "engine",
    imports: ["leaves"],
    importsNot: ["emitter.ts", "clock.ts"],
    node: [],
    forbidden: PURE,
    mayWait: false,
    compilesWith: "text",
  },
  {
    folder: "socketio",
    imports: ["leaves"],
    importsNot: ["emitter.ts", "clock.ts"],
    node: [],
    forbidden: PURE,
    mayWait: false,
    compilesWith: "text",
  },
  {
    folder: "sse",
    imports: ["leaves"],
    importsNot: ["emitter.ts", "clock.ts"],
    node: [],
    forbidden: PURE,
    mayWait: false,
    compilesWith: "text",
  },
  {
    folder: "plain",
    imports: ["socketio", "leaves"],
    importsNot: ["emitter.ts", "clock.ts"],
    node: [],
    forbidden: PURE,
    mayWait: false,
    compilesWith: "text",
  },
  {
    folder: "cluster",
    imports: ["leaves"],
    node: [],
    forbidden: POLICY,
    mayWait: true,
    compilesWith: "text",
  },
  {
    folder: "history",
    imports: ["leaves"],
    node: [],
    forbidden: [...POLICY, ...DATES],
    mayWait: true,
    compilesWith: "nothing",
  },
  {
    folder: "server",
    imports: ["engine", "socketio", "plain", "cluster", "history", "leaves"],
    node: [],
    nodeTypes: { "server/request.ts": ["node:http"] },
    forbidden: POLICY,
    mayWait: true,
    compilesWith: "node",
  },
  {
    folder: "client",
    imports: ["engine", "socketio", "leaves"],
    node: [],
    forbidden: POLICY,
    mayWait: true,
    compilesWith: "text",
  },
  {
    folder: "react",
    imports: ["client", "leaves"],
    packages: ["react"],
    node: [],
    forbidden: POLICY,
    mayWait: false,
    compilesWith: "text",
  },
  {
    folder: "web",
    imports: ["engine", "sse", "leaves"],
    node: [],
    forbidden: NODE,
    mayWait: true,
  },
  {
    folder: "node",
    packages: ["proxy-addr"],
    imports: BELOW_NODE,
    node: "any",
    forbidden: PAGE,
    mayWait: true,
  },
  {
    folder: "entry",
    imports: [...BELOW_NODE, "react", "node"],
    node: "any",
    forbidden: [],
    mayWait: true,
  },
];
