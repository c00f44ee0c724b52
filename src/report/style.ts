/**
 * The report's style sheet: system fonts, light and dark by the reader's setting, and paper. In VS Code it has the colours of
 * the theme, as the dashboard does: VS Code gives the body of a page one of four classes.
 */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1b2330; --soft: #596273; --rule: #dfe3ea; --accent: #0b62b8;
  --best: #0a7a4b; --best-soft: #e2f4ea; --warn: #8a5a00; --warn-soft: #fff4dc; --stretch: #eef1f6; --own: #fff7d6;
  --c0: #0b62b8; --c1: #b3261e; --c2: #0a7a4b; --c3: #7a6200; --c4: #652d90; --c5: var(--text);
  --matrix: #0b62b8; --on: #ffffff;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --card: #1c2027; --text: #e5e9f0; --soft: #a2abba; --rule: #323843; --accent: #74b4ff;
    --best: #5fd39b; --best-soft: #17352a; --warn: #f0c060; --warn-soft: #362c15; --stretch: #242933; --own: #383216;
    --c0: #74b4ff; --c1: #ff8a80; --c2: #5fd39b; --c3: #e3c94d; --c4: #c59bf0; --c5: var(--text);
    --matrix: #4d96e8; --on: #0c1118;
  }
}
:root:has(.vscode-light, .vscode-dark, .vscode-high-contrast) {
  --page: var(--vscode-editor-background); --card: var(--vscode-editorWidget-background, var(--page));
  --text: var(--vscode-foreground); --soft: var(--vscode-descriptionForeground);
  --rule: var(--vscode-contrastBorder, var(--vscode-panel-border, var(--vscode-widget-border, rgba(128, 128, 128, 0.35))));
  --accent: var(--vscode-textLink-foreground); --stretch: color-mix(in srgb, var(--text) 7%, transparent);
  --grid: color-mix(in srgb, var(--text) 18%, transparent);
  --c0: var(--vscode-charts-blue); --c1: var(--vscode-charts-red); --c2: var(--vscode-charts-green);
  --c3: var(--vscode-charts-yellow); --c4: var(--vscode-charts-purple); --end: var(--text);
  --best: var(--text); --best-soft: color-mix(in srgb, var(--c2) 16%, var(--page));
  --warn: var(--text); --warn-soft: color-mix(in srgb, var(--c3) 14%, var(--page));
  --own: color-mix(in srgb, var(--c3) 24%, var(--page));
}
:root:has(.vscode-light, .vscode-high-contrast-light) { color-scheme: light; --matrix: #0b62b8; --on: #ffffff; }
:root:has(.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)) { color-scheme: dark; --matrix: #4d96e8; --on: #0c1118; }
* { box-sizing: border-box; }
body { margin: 0; padding: 0; background: var(--page); color: var(--text);
  font: var(--vscode-font-size, 15px)/1.55 var(--vscode-font-family, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif); }
main { max-width: 1360px; margin: 0 auto; padding: 32px 24px 56px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
p { margin: 0 0 8px; max-width: 85ch; }
code, .mono { font: 0.87em/1.5 ui-monospace, SFMono-Regular, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.meta { color: var(--soft); margin-bottom: 20px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px 18px; }
.card + .card { margin-top: 16px; }
.lead-text p { font-size: 16px; text-wrap: pretty; }
.caveats { background: var(--warn-soft); border: 1px solid var(--rule); border-left: 4px solid var(--warn); border-radius: 8px;
  padding: 10px 16px; margin-top: 14px; }
.caveats h2 { color: var(--warn); font-size: 15px; margin: 0; }
.caveats ul { margin: 4px 0 0; padding-left: 20px; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13.5px; }
caption { text-align: left; padding: 10px 14px; color: var(--soft); }
th, td { padding: 7px 9px; text-align: right; border-top: 1px solid var(--rule); white-space: nowrap; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: normal; line-height: 1.3; }
th:first-child, td:first-child { text-align: left; }
tbody th { font-weight: 600; white-space: normal; min-width: 9em; }
table.words td, table.words th { text-align: left; white-space: normal; }
table.words td, table.words tbody th { min-width: 9em; }
table.words td.differs { min-width: 25em; }
table.words td.keep { white-space: nowrap; }
tr.best td, tr.best th { background: var(--best-soft); }
.tag { display: inline-block; border-radius: 99px; padding: 0 8px; font-size: 12px; font-weight: 600; white-space: nowrap;
  border: 1px solid currentColor; color: var(--soft); }
.tag.best { color: var(--best); }
.tag.bad { color: var(--warn); }
.own { background: var(--own); border-radius: 4px; padding: 1px 5px; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--accent); font-size: 14px; }
details .scroll { margin-top: 8px; }
.glance .row { display: grid; grid-template-columns: minmax(8em, 15em) minmax(0, 1fr) 8.5em; grid-template-areas: "name track number";
  gap: 2px 16px; align-items: center; margin-bottom: 8px; }
.glance .name { grid-area: name; overflow-wrap: anywhere; }
.glance .number { grid-area: number; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.glance .track, .glance .track-space { grid-area: track; }
.track-space { display: flex; justify-content: space-between; color: var(--soft); font-size: 12px; }
.track { position: relative; height: 22px; background: var(--stretch); border-radius: 4px; }
.track span { position: absolute; top: 0; bottom: 0; }
.track .bound { width: 0; border-left: 1.5px dashed var(--soft); }
.track .interval { top: 9px; bottom: 9px; background: var(--c0); opacity: 0.45; border-radius: 2px; min-width: 2px; }
.track .seed { width: 7px; height: 7px; margin-left: -3.5px; top: 7.5px; bottom: auto; border-radius: 50%; border: 1.5px solid var(--c0); background: var(--card); }
.track .mean { width: 4px; margin-left: -2px; top: 3px; bottom: 3px; background: var(--c0); border-radius: 2px; }
.track.aware .seed { border-color: var(--c1); } .track.aware .mean, .track.aware .interval { background: var(--c1); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 6px; }
.sample { width: 28px; height: 8px; }
.grid-of-cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 370px), 1fr)); gap: 16px; }
.grid-of-cards .card { margin: 0; min-width: 0; }
.parts { display: grid; grid-template-columns: 7.5em minmax(0, 1fr); gap: 8px; align-items: center; font-size: 12px; margin-bottom: 4px; }
.parts .bar { display: flex; height: 18px; overflow: hidden; border-radius: 4px; }
.part { --p: var(--soft); display: block; overflow: hidden; text-align: center; line-height: 18px; font-weight: 600; white-space: nowrap;
  background: color-mix(in srgb, var(--p) 30%, var(--card)); border-right: 1px solid var(--card); }
.part.key { width: 16px; height: 11px; border: 0; }
.part.right { --p: var(--c2); }
.part.newest, .part.lost { --p: var(--c1); background-image: repeating-linear-gradient(135deg, color-mix(in srgb, var(--p) 45%, transparent) 0 2px, transparent 2px 7px); }
.part.otherTask { --p: var(--c4); background-image: radial-gradient(color-mix(in srgb, var(--p) 60%, transparent) 1.2px, transparent 1.4px); background-size: 6px 6px; }
.part.otherClass { --p: var(--c3); background-image: repeating-linear-gradient(0deg, color-mix(in srgb, var(--p) 45%, transparent) 0 1px, transparent 1px 4px); }
.part.unlearned, .part.wrong { background-image: repeating-linear-gradient(45deg, color-mix(in srgb, var(--p) 35%, transparent) 0 1px, transparent 1px 6px); }
ul.why { margin: 0 0 8px; padding-left: 18px; font-size: 13px; color: var(--soft); }
.result { color: var(--soft); font-size: 13px; margin: 0 0 8px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--text); font-variant-numeric: tabular-nums; }
svg .tick, svg .axis { fill: var(--soft); }
.grid { stroke: var(--grid, var(--rule)); stroke-width: 1; }
.stretch { fill: var(--stretch); }
.boundary { stroke: var(--soft); stroke-width: 0.75; stroke-dasharray: 2 3; }
.line { fill: none; stroke: var(--c); stroke-width: 1.9; stroke-linejoin: round; }
.lead { fill: none; stroke: var(--soft); stroke-width: 0.75; opacity: 0.7; }
.band { fill: var(--c); opacity: 0.16; }
.dot { fill: var(--c); }
.validation { fill: none; stroke: var(--soft); stroke-width: 1; }
.validation.dots { stroke-width: 4; stroke-linecap: round; }
.region { fill: var(--c); fill-opacity: 0.11; }
.contour { fill: none; stroke: var(--c); stroke-width: 1; }
.trail { fill: none; stroke: var(--text); stroke-width: 1.6; stroke-linejoin: round; }
.mark { fill: var(--text); stroke: var(--card); }
.mark.off { fill: var(--card); stroke: var(--text); stroke-width: 1.4; }
.kept { fill: var(--text); }
.kept.off { fill: var(--card); stroke: var(--text); }
.arrow path { fill: none; stroke: var(--c); stroke-width: 3; }
.arrow .whole { stroke-width: 1; }
.arrow .head { fill: var(--c); stroke: var(--card); stroke-width: 0.75; }
.around { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px 12px; align-items: end; margin-bottom: 8px; }
.around figure { margin: 0; } .around figcaption { font-size: 12px; color: var(--soft); }
.arrow.next { --c: var(--text); }
.arrow.next .of { fill: var(--c); stroke: var(--card); stroke-width: 0.75; }
.arrow.next .inside { stroke-dasharray: 4 2; }
svg text.over { stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; paint-order: stroke; }
svg text.end { fill: var(--end, var(--c)); font-weight: 600; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.cell { fill: var(--matrix); stroke: var(--rule); stroke-width: 1; }
.cell.diagonal { stroke: var(--text); stroke-width: 1.5; }
svg text.value.on { fill: var(--on); }
svg text.value.unseen:not(.on) { fill: var(--soft); }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; overflow-x: auto; margin: 8px 0; }
dl.pairs { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; }
dl.pairs dt { color: var(--soft); }
dl.pairs dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 40px; color: var(--soft); font-size: 13px; }
@media (max-width: 640px) {
  table.words td.differs { min-width: 17em; }
  main { padding: 20px 14px 40px; }
  h1 { font-size: 23px; }
  .card { padding: 12px; }
  .glance .row { grid-template-columns: minmax(0, 1fr) max-content; grid-template-areas: "name number" "track track"; }
}
@page { size: A4 landscape; margin: 12mm; }
@media print {
  :root { --page: #ffffff; }
  body { font-size: 11px; }
  h1 { font-size: 20px; }
  h2 { font-size: 15px; margin: 20px 0 8px; }
  .lead-text p, .legend, .result, .meta { font-size: 11px; }
  .tag { font-size: 9px; padding: 0 5px; }
  details:not([open]) { display: none; }
  main { max-width: none; padding: 0; }
  table { font-size: 9px; }
  th, td { padding: 3px 6px; }
  .card, .scroll, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
  .grid-of-cards { grid-template-columns: 1fr 1fr 1fr; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
