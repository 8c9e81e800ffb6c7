/** The page's style: system fonts, and a colour for each of the four outcomes, in a light and a dark scheme. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1a1d23; --soft: #5d6673; --line: #dde1e7; --cell: #e6e9ee; --code: #f0f2f5;
  --passed: #1a7f4b; --failed: #c4262e; --skipped: #6b7480; --untrusted: #946200;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --card: #1c2027; --text: #e6e9ee; --soft: #9aa4b2; --line: #313843; --cell: #303742; --code: #252b34;
    --passed: #4cc38a; --failed: #ff6369; --skipped: #9aa4b2; --untrusted: #e2a336;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; display: flex; flex-wrap: wrap; align-items: center; gap: 14px; }
h2 { margin: 40px 0 12px; font-size: 18px; }
p { margin: 0 0 10px; overflow-wrap: anywhere; }
code, pre, dd { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 13px; }
.kicker { margin: 0 0 4px; color: var(--soft); font-size: 13px; letter-spacing: 0.04em; }
.verdict { font-size: 15px; font-weight: 600; padding: 3px 12px; border-radius: 999px; border: 1px solid currentColor; }
.facts { margin: 12px 0 2px; color: var(--soft); display: flex; flex-wrap: wrap; gap: 4px 18px; }
.device { color: var(--soft); }
.note, .count { color: var(--soft); font-size: 13.5px; }
.stopped { margin: 20px 0 0; padding: 12px 16px; border: 1px solid var(--untrusted); border-radius: 8px; background: var(--card); }
.passed { color: var(--passed); } .failed { color: var(--failed); }
.skipped { color: var(--skipped); } .untrusted { color: var(--untrusted); } .none { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 24px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.tile strong { display: block; font-size: 28px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 8px 14px; text-align: right; white-space: nowrap; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 500; font-size: 13px; }
th:first-child { text-align: left; font-weight: 600; }
.share { width: 30%; min-width: 120px; }
.bar { display: flex; gap: 2px; height: 8px; border-radius: 4px; overflow: hidden; }
.bar i { min-width: 3px; background: currentColor; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin-bottom: 10px; padding: 0 18px; }
details[open] { padding-bottom: 14px; }
summary { cursor: pointer; padding: 11px 0; overflow-wrap: anywhere; }
details[open] > summary { margin-bottom: 4px; }
summary code { font-weight: 600; }
.suite { display: inline-block; padding: 0 8px; border-radius: 6px; background: var(--code); color: var(--failed); font-size: 13px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 0 0 12px; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; align-self: center; }
ul { margin: 0; padding: 0 0 4px 18px; columns: 2 320px; } li { overflow-wrap: anywhere; }
.label { margin: 12px 0 4px; color: var(--soft); font-size: 13.5px; }
pre { margin: 0; padding: 10px 14px; background: var(--code); border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere; }
.picture { display: flex; flex-wrap: wrap; gap: 20px 40px; align-items: flex-start; margin: 6px 0 4px; }
figure { margin: 0 0 12px; } figcaption { color: var(--soft); font-size: 12.5px; margin-top: 4px; max-width: 360px; }
svg { display: block; max-width: 100%; }
svg .right { fill: var(--cell); } svg .wrong { fill: var(--failed); }
svg .grid { stroke: var(--card); stroke-width: 1; fill: none; }
@media (max-width: 640px) { main { padding: 24px 14px; } .share { display: none; } thead th:nth-child(2) { display: none; } }
@media print { details { break-inside: avoid; } }
`;
