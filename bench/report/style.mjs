/** Colours by role, in light, in dark and on paper; everything else is built from them. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f5f1; --card: #ffffff; --ink: #1d2330; --quiet: #687082; --line: #e3e1d9;
  --own: #0f7b6c; --other: #b9bdc7; --other-ink: #5b6373; --target: #c2410c; --good: #0f7b6c; --bad: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151c; --card: #1a1f29; --ink: #e9ebf0; --quiet: #98a1b3; --line: #2b3240;
    --own: #38c9b0; --other: #4d5668; --other-ink: #aab2c2; --target: #fb923c; --good: #38c9b0; --bad: #ff8a7a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans KR", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1120px; margin: 0 auto; padding: 48px 24px 72px; }
h1 { font-size: 34px; line-height: 1.15; margin: 0 0 8px; letter-spacing: -0.02em; }
h2 { font-size: 21px; margin: 48px 0 4px; letter-spacing: -0.01em; }
h3 { font-size: 16px; margin: 0; }
p { margin: 0; max-width: 72ch; }
.quiet, .detail, dt { color: var(--quiet); }
.detail { font-size: 13px; }
.facts { display: flex; flex-wrap: wrap; gap: 12px; margin: 28px 0 0; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 18px; min-width: 150px; }
.facts b { display: block; font-size: 24px; line-height: 1.2; letter-spacing: -0.01em; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 16px; margin-top: 16px; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px 16px; break-inside: avoid; }
article.wide { grid-column: 1 / -1; }
svg { display: block; width: 100%; height: auto; margin: 12px 0 8px; overflow: visible; }
svg text { font-family: inherit; font-size: 13px; fill: var(--ink); }
svg .name { fill: var(--other-ink); } svg .name.own { fill: var(--ink); font-weight: 600; }
svg .bar { fill: var(--other); } svg .bar.own { fill: var(--own); }
svg .spread { stroke: var(--ink); stroke-width: 1.5; opacity: 0.55; }
svg .target { stroke: var(--target); stroke-width: 2; stroke-dasharray: 4 3; }
svg .axis { stroke: var(--line); } svg .tick { fill: var(--quiet); font-size: 12px; }
svg .curve { fill: none; stroke: var(--other-ink); stroke-width: 2; } svg .curve.own { stroke: var(--own); stroke-width: 3; }
svg .dot { fill: var(--other-ink); } svg .dot.own { fill: var(--own); }
svg .band { fill: var(--own); opacity: 0.12; }
.verdicts { list-style: none; margin: 0; padding: 0; font-size: 14px; }
.verdicts li { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; }
.verdicts b { font-size: 17px; min-width: 4.2em; }
.reached b { color: var(--good); } .missed b { color: var(--bad); }
.mark { margin-left: auto; font-weight: 600; white-space: nowrap; }
.reached .mark { color: var(--good); } .missed .mark { color: var(--bad); }
.note { margin-top: 6px; font-size: 13px; color: var(--target); }
table { border-collapse: collapse; margin: 12px 0 0; font-size: 14px; } th { text-align: left; }
td, th { padding: 2px 28px 2px 0; border-bottom: 1px solid var(--line); } td + td, th + th { text-align: right; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 12px 0 0; }
dd { margin: 0; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; overflow-x: auto; white-space: pre-wrap; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
.legend { max-width: none; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; color: var(--quiet); margin-top: 14px; }
.legend i { display: inline-block; width: 14px; height: 10px; border-radius: 2px; margin-right: 6px; background: var(--own); }
.legend .other { background: var(--other); } .legend .dash { height: 0; border-top: 2px dashed var(--target); background: none; vertical-align: middle; }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --ink: #1d2330; --quiet: #5b6373; --line: #d9d7cf;
    --own: #0f7b6c; --other: #b9bdc7; --other-ink: #5b6373; --target: #c2410c; --good: #0f7b6c; --bad: #b42318;
  }
  body { font-size: 12px; print-color-adjust: exact; }
  main { padding: 0; }
  h2 { break-after: avoid; }
  .grid { grid-template-columns: 1fr 1fr; gap: 10px; }
  article { padding: 10px 12px; }
}`;
