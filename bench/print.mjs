/** One line that says what is being done; on a terminal it is written over. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "") console.error(text);
}

/** The tables, as a person reads them. */
export function print({ figures, size, seconds, rounds }) {
  console.log(
    `Medians of ${rounds} x ${seconds} s. CPU is the server's own, per delivered message. Less is better.`,
  );
  for (const group of new Set(figures.map((figure) => figure.group))) {
    console.log(`\n${group}`);
    row(["", "server", "figure", "messages/s", "ratio", "bounds", "target"]);
    for (const figure of figures.filter((each) => each.group === group)) printFigure(figure);
  }
  if (size !== undefined) printSize(size);
}

function printFigure({ title, unit, servers, ratios }) {
  let name = title;
  const notes = [];
  for (const { name: server, value, rate, loadCpu } of servers) {
    const found = ratios.find((each) => each.against === server);
    const cells = [
      name,
      server,
      `${digits(value)} ${unit}`,
      rate === undefined ? "" : Math.round(rate).toLocaleString("en"),
    ];
    if (found !== undefined) {
      const { ratio, low, high, target } = found;
      cells.push(`${ratio.toFixed(2)} x`, `${low.toFixed(2)}-${high.toFixed(2)}`);
      if (target !== undefined)
        cells.push(`  <= ${target.toFixed(2)} ${ratio <= target ? "reached" : "MISSED"}`);
    }
    row(cells);
    if (loadCpu > value)
      notes.push(`${server}: the load took more CPU (${digits(loadCpu)} µs) than the server`);
    name = "";
  }
  for (const note of notes) console.log(`    ${note}`);
}

function printSize({ minified, compressed, parts, sources }) {
  console.log(`\nsocket.io.min.js: ${minified} B, compressed ${compressed} B`);
  console.log(`  ${"".padEnd(28)}${"bytes".padStart(8)}${"compressed".padStart(14)}${"share".padStart(8)}`);
  const whole = sources.reduce((sum, source) => sum + source.compressed, 0);
  for (const { name, bytes, compressed: own } of [...parts, ...sources]) {
    const share = `${((own / whole) * 100).toFixed(1)} %`;
    console.log(
      `  ${name.padEnd(28)}${String(bytes).padStart(8)}${String(own).padStart(14)}${share.padStart(8)}`,
    );
  }
}

function row([title, server, ...cells]) {
  console.log(
    title.padEnd(32) +
      server.padEnd(24) +
      cells
        .map((cell) => cell.padStart(14))
        .join("")
        .trimEnd(),
  );
}

function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
