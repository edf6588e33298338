import { barChart, curveChart, partsChart } from "./chart.mjs";
import { STYLE } from "./style.mjs";
import { escapeHtml } from "./text.mjs";

const GROUPS = {
  WebSocket: "Raw WebSocket: <code>baro/websocket</code> beside <code>ws</code> and Bun.",
  "Socket.IO": "Events over WebSocket: <code>baro</code> beside <code>socket.io</code>.",
  "Without a library": "Listeners of <code>baro</code> that speak something else beside those of Socket.IO.",
};

/** One page that needs nothing beside itself: figures, charts, machine, and how to repeat it. */
export function renderReport(result) {
  const { figures, size } = result;
  const curve = figures.filter((figure) => figure.group === "Curve");
  const sections = Object.entries(GROUPS).map(([group, text]) => {
    const cards = figures.filter((figure) => figure.group === group && figure.servers.length > 0).map(card);
    return cards.length === 0
      ? ""
      : `<h2>${group}</h2><p class="quiet">${text}</p><div class="grid">${cards.join("")}</div>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baro, measured</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Baro, measured</h1>
<p class="quiet">What a server spends on a message, a connection and a byte of memory, side by side in one run.</p>
${summary(result)}
${sections.join("")}
${curve.length > 0 ? curveSection(curve) : ""}
${size === undefined ? "" : sizeSection(size)}
${method(result)}
</main>
</body>
</html>
`;
}

function summary({ figures, date, seconds, rounds, minutes }) {
  const targets = figures.flatMap(({ ratios }) => ratios.filter(({ target }) => target !== undefined));
  const reached = targets.filter(({ ratio, target }) => ratio <= target).length;
  const facts = [
    [`${reached} of ${targets.length}`, "targets reached"],
    [`${rounds} × ${seconds} s`, "for each figure, median"],
    [`${minutes < 1 ? "under 1" : minutes.toFixed(0)} min`, "for the whole run"],
    [date.slice(0, 10), `${date.slice(11, 16)} UTC`],
  ];
  return `<ul class="facts">${facts.map(([value, label]) => `<li><b>${value}</b><span class="quiet">${label}</span></li>`).join("")}</ul>
<p class="legend"><span><i></i>Baro</span><span><i class="other"></i>the others</span>
<span><i class="dash"></i>where Baro's bar must end</span><span>thin line: best to worst round</span><span>shorter is better</span></p>`;
}

function card({ title, detail, unit, key, servers, ratios }) {
  const flagged = servers.filter(({ loadCpu, value }) => loadCpu > value);
  const names = flagged.map(({ name }) => escapeHtml(name)).join(", ");
  const note =
    flagged.length === 0 ? "" : `<p class="note">The load took more CPU than the server here: ${names}.</p>`;
  return `<article><h3>${escapeHtml(title)}</h3><p class="detail">${escapeHtml(detail)}${key === "cpu" ? "; server CPU per delivered message" : ""}</p>
${barChart({ servers, ratios, unit })}
<ul class="verdicts">${ratios.map(verdict).join("")}</ul>${note}</article>`;
}

function verdict({ against, ratio, low, high, target }) {
  const state = target === undefined ? "" : ratio <= target ? "reached" : "missed";
  const mark = target === undefined ? "" : `${ratio <= target ? "✓" : "✗"} target ≤ ${target.toFixed(2)}`;
  return `<li class="${state}"><b>${ratio.toFixed(2)} ×</b><span>${escapeHtml(against)}</span>
<span class="quiet">${low.toFixed(2)} to ${high.toFixed(2)}</span><span class="mark">${mark}</span></li>`;
}

function curveSection(curve) {
  const points = curve.map(({ load, servers }) => ({ clients: load.connections, servers }));
  const names = [...new Set(curve.flatMap(({ servers }) => servers.map(({ name }) => name)))];
  const valuesOf = (wanted) =>
    points.flatMap(({ servers }) => servers.filter(({ name }) => name === wanted).map(({ value }) => value));
  const swingOf = (name) => Math.max(...valuesOf(name)) / Math.min(...valuesOf(name)) - 1;
  const least = names.includes("node:net")
    ? ` node:net is a loop over <code>socket.write</code> and nothing else: what it swings by,
${percent(swingOf("node:net"))}, is the kernel's part.`
    : "";
  return `<h2>One room, growing</h2>
<p class="quiet">Server CPU in µs per delivered message, by the number of clients that hear it. The band is ±10 % of
Baro's median; from its cheapest to its dearest point there are ${percent(swingOf(names[0]))} (target: 20 % at most).${least}</p>
<div class="grid"><article class="wide">${curveChart(points, names)}</article></div>`;
}

function percent(part) {
  return `${(part * 100).toFixed(0)} %`;
}

function sizeSection({ minified, compressed, parts, sources }) {
  const rows = sources.map(
    ({ name, bytes, compressed: own }) =>
      `<tr><td>${escapeHtml(name)}</td><td>${bytes.toLocaleString("en")}</td><td>${own.toLocaleString("en")}</td></tr>`,
  );
  return `<h2>The browser's script</h2>
<p class="quiet">socket.io.min.js: ${minified.toLocaleString("en")} B, ${compressed.toLocaleString("en")} B compressed by gzip.</p>
<div class="grid"><article class="wide">${partsChart(parts)}</article></div>
<p class="quiet">What each source has of it, and by how much the compressed script would be shorter without that. What
sources have in common counts for none of them.</p>
<table><tr><th>Source</th><th>Bytes</th><th>Compressed</th></tr>${rows.join("")}</table>`;
}

function method({ machine, command, remarks }) {
  const { cpu, cores, memory, system, node, versions } = machine;
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const rows = [
    ["Machine", `${cpu}, ${cores} cores, ${(memory / 2 ** 30).toFixed(0)} GiB, ${system}`],
    ["Versions", [`Node ${node}`, ...packages].join(", ")],
    [
      "CPU",
      "User and system time of the server's own process, divided by the messages that its clients received.",
    ],
    ["Memory", "Resident memory of the server's process, after less before, divided by the connections."],
    [
      "Order",
      "In each round every server takes its turn on a fresh process. A ratio compares medians; its bounds are the best and the worst round.",
    ],
    [
      "Broadcast",
      "Each by its own documented way: a loop over the clients in ws, broadcast() in baro/websocket, publish() in Bun, io.emit() in Socket.IO and Baro.",
    ],
    [
      "Load",
      "Node sockets that write ready frames and find frames by their headers. Where they took more CPU than the server, the card says so.",
    ],
  ];
  const left = remarks.map((remark) => `<p class="note">Left out: ${escapeHtml(remark)}</p>`).join("");
  return `<h2>How it was measured</h2>
<dl>${rows.map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl>${left}
<h2>Repeat it</h2>
<pre><code>${escapeHtml(command)}</code></pre>
<p class="quiet">Loopback on one machine: compare what stands side by side here, not with figures from elsewhere.</p>`;
}
