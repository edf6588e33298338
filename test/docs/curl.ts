/** A line of a page that calls curl, as a request: what curl would send, without curl. Comments are passed over. */
export function parseCurl(command: string): { url: string; init: RequestInit } {
  const words = [...command.replace(/\\\n/g, " ").matchAll(/'([^']*)'|"([^"]*)"|(#.*)|(\S+)/g)]
    .filter((match) => match[3] === undefined)
    .map((match) => match[1] ?? match[2] ?? match[4] ?? "");
  if (words.shift() !== "curl") throw new Error(`Not a call of curl: ${command}`);
  const headers: Record<string, string> = {};
  const init: RequestInit & { method: string } = { method: "GET", headers };
  let url: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (/^-[Nsi]+$/.test(word)) continue;
    if (word === "-X") init.method = take(words, word);
    else if (word === "-d") {
      init.body = take(words, word);
      init.method = "POST";
      headers["content-type"] ??= "application/x-www-form-urlencoded";
    } else if (word === "-H") {
      const [name = "", value = ""] = take(words, word).split(/:\s*(.*)/s);
      headers[name.toLowerCase()] = value;
    } else if (/^https?:/.test(word) && url === undefined) url = word;
    else throw new Error(`The test does not know what ${word} means to curl.`);
  }
  if (url === undefined) throw new Error(`No address: ${command}`);
  return { url, init };
}

/** The calls of a block of shell: a line each, with those that a backslash continues. */
export function linesOf(code: string): string[] {
  return code
    .replace(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function take(words: string[], option: string): string {
  const word = words.shift();
  if (word === undefined) throw new Error(`Nothing behind ${option}`);
  return word;
}
