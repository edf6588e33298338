import { parseArgs } from "node:util";
import { ROWS } from "./rows.mjs";

const HELP = `npm run bench -- [options]

  --only <words>     rows whose name holds one of these words, with commas between: --only echo,fan
  --against <names>  peers by their whole names, with commas between: --against "ws,ws + bufferutil"
  --quick            one round of one second: a look, no proof
  --seconds <n>      what counts of each round; 2 by default
  --rounds <n>       rounds, of which the median counts; 3 by default
  --list             the names of the rows

Rows: ${ROWS.map((row) => row.id).join(" ")} size`;

/** What the command line asks for. Ends the process where it asks for help, or for what there is not. */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      against: { type: "string" },
      quick: { type: "boolean", default: false },
      seconds: { type: "string" },
      rounds: { type: "string" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || values.list) {
    console.log(values.help ? HELP : [...ROWS.map((row) => row.id), "size"].join("\n"));
    process.exit();
  }
  const words = values.only?.split(",");
  const isWanted = (id) => words === undefined || words.some((word) => id.includes(word));
  const peers = values.against?.split(",").map((name) => name.trim());
  const rows = ROWS.filter((row) => isWanted(row.id)).map((row) => ({
    ...row,
    servers: row.servers.filter((name, at) => at === 0 || peers === undefined || peers.includes(name)),
  }));
  const size = isWanted("size");
  if (rows.length === 0 && !size) fail(`No row has one of these words: ${values.only}`);
  return {
    rows,
    size,
    seconds: positive(values.seconds, values.quick ? 1 : 2),
    rounds: positive(values.rounds, values.quick ? 1 : 3),
  };
}

function positive(text, preset) {
  const number = text === undefined ? preset : Number(text);
  if (!(number > 0)) fail(`Not a number above 0: ${text}`);
  return number;
}

function fail(sentence) {
  console.error(`${sentence}\n\n${HELP}`);
  process.exit(1);
}
