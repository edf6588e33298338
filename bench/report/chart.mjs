import { escapeHtml, number } from "./text.mjs";

const WIDTH = 460;
const LABEL = 150;
const VALUE = 70;
const BAR = 18;
const GAP = 8;

/** Bars of all servers from one zero line, with the spread of their rounds, and a mark where Baro must get to. */
export function barChart({ servers, ratios, unit }) {
  const goals = ratios.flatMap(({ against, target }) => {
    const other = servers.find((server) => server.name === against);
    return target === undefined || other === undefined ? [] : [target * other.value];
  });
  const most = Math.max(...servers.map((server) => server.high), ...goals);
  const space = WIDTH - LABEL - VALUE;
  const x = (value) => LABEL + (value / most) * space;
  const height = servers.length * (BAR + GAP) - GAP;
  const bars = servers.map(({ name, value, low, high }, index) => {
    const top = index * (BAR + GAP);
    const own = index === 0 ? " own" : "";
    const middle = top + BAR / 2;
    // Behind the mark too, where there is one.
    const end = Math.max(x(high), x(value), ...(index === 0 ? goals.map(x) : []));
    return `<text class="name${own}" x="0" y="${middle + 4.5}">${escapeHtml(name)}</text>
<rect class="bar${own}" x="${LABEL}" y="${top}" width="${Math.max(x(value) - LABEL, 1)}" height="${BAR}" rx="3"/>
<path class="spread" d="M${x(low)} ${middle}H${x(high)}M${x(low)} ${middle - 3}v6M${x(high)} ${middle - 3}v6"/>
<text x="${end + 7}" y="${middle + 4.5}">${number(value)} ${unit}</text>`;
  });
  // Only at the bar that has to get there.
  const marks = goals.map((goal) => `<path class="target" d="M${x(goal)} -4V${BAR + 4}"/>`);
  return svg(
    WIDTH,
    height,
    [...bars, ...marks],
    servers.map((server) => `${server.name} ${number(server.value)} ${unit}`),
  );
}

/** The cost per delivered message by the number of clients, on a logarithmic axis from zero cost. */
export function curveChart(points, names) {
  const [width, height, left, bottom, top, right] = [1000, 300, 48, 36, 12, 96];
  const most =
    Math.ceil(Math.max(...points.flatMap(({ servers }) => servers.map(({ high }) => high))) / 5) * 5;
  const first = Math.log10(points[0].clients);
  const last = Math.log10(points.at(-1).clients);
  const x = (clients) =>
    left + ((Math.log10(clients) - first) / (last - first || 1)) * (width - left - right);
  const y = (value) => height - bottom - (value / most) * (height - bottom - top);
  const parts = [];
  for (let value = 0; value <= most; value += most / 5) {
    parts.push(`<path class="axis" d="M${left} ${y(value)}H${width - right}"/>`);
    parts.push(
      `<text class="tick" x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${number(value)}</text>`,
    );
  }
  for (const { clients } of points) {
    parts.push(
      `<text class="tick" x="${x(clients)}" y="${height - 10}" text-anchor="middle">${clients.toLocaleString("en")}</text>`,
    );
  }
  names.forEach((name, index) => {
    const own = index === 0 ? " own" : "";
    const line = points.flatMap(({ clients, servers }) => {
      const found = servers.find((server) => server.name === name);
      return found === undefined ? [] : [{ at: x(clients), ...found }];
    });
    if (line.length === 0) return;
    if (index === 0) {
      const middle = line.map(({ value }) => value).sort((one, other) => one - other)[line.length >> 1];
      const [high, low] = [y(middle * 1.1), y(middle * 0.9)];
      parts.unshift(
        `<rect class="band" x="${left}" y="${high}" width="${width - left - right}" height="${low - high}"/>`,
      );
    }
    const path = line.map(({ at, value }, each) => `${each === 0 ? "M" : "L"}${at} ${y(value)}`).join("");
    parts.push(`<path class="curve${own}" d="${path}"/>`);
    for (const { at, value, low, high } of line) {
      parts.push(`<path class="spread" d="M${at} ${y(low)}V${y(high)}"/>`);
      parts.push(`<circle class="dot${own}" cx="${at}" cy="${y(value)}" r="4"/>`);
    }
    const { at, value } = line.at(-1);
    parts.push(`<text class="name${own}" x="${at + 10}" y="${y(value) + 4}">${escapeHtml(name)}</text>`);
  });
  return svg(width, height, parts, names);
}

/** Parts of a whole, side by side, with their share. */
export function partsChart(parts) {
  const [width, row] = [1000, 26];
  const whole = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const bars = parts.map(({ name, bytes }, index) => {
    const y = index * row;
    const length = (bytes / whole) * (width - 330);
    return `<text class="name" x="0" y="${y + 14}">${escapeHtml(name)}</text>
<rect class="bar own" x="120" y="${y}" width="${length}" height="18" rx="3" opacity="${1 - index * 0.12}"/>
<text x="${120 + length + 8}" y="${y + 14}">${bytes.toLocaleString("en")} B, ${((bytes / whole) * 100).toFixed(0)} %</text>`;
  });
  return svg(
    width,
    parts.length * row - 8,
    bars,
    parts.map(({ name, bytes }) => `${name} ${bytes} B`),
  );
}

function svg(width, height, parts, words) {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(words.join(", "))}">${parts.join("\n")}</svg>`;
}
