"""How an exported page looks: paper, ink and moss, light and dark, on a phone and on paper itself."""

from store.weekly.charts_svg import CHART_STYLE

STYLE = """\
:root {
  --paper: #FBFAF7; --panel: #F1EEE7; --line: #D9D3C6; --ink: #141510; --soft: #5F5E57; --moss: #2F5A4A;
  --bar: #8FB0A2; --marked: #3F6B5B;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #171A18; --panel: #20241F; --line: #343A34; --ink: #E9E6DD; --soft: #B5B3A8; --moss: #8FBFAA;
    --bar: #4F7F6C; --marked: #8FBFAA;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body {
  margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55; overflow-wrap: anywhere;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans CJK JP", "Yu Gothic UI", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
header p, .quiet, footer { color: var(--soft); margin: 0.15rem 0; font-size: 0.92rem; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 0.4rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 0.6rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; line-height: 1.4; margin: 0 0 0.2rem; }
h4, h5, h6 { font-size: 1rem; margin: 0.9rem 0 0.2rem; }
a { color: var(--moss); }
ul, ol { margin: 0.4rem 0; padding-left: 1.4rem; }
li { margin: 0.15rem 0; }
p { margin: 0.4rem 0; }
.beside { columns: 24rem 2; column-gap: 2rem; margin-top: 2.2rem; }
.beside section { break-inside: avoid; padding-bottom: 1.2rem; }
.beside h2 { margin-top: 0; }
.items b { font-weight: 600; }
.items span { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.6rem; margin: 0.8rem 0; }
.tiles > div { background: var(--panel); border-radius: 0.6rem; padding: 0.55rem 0.8rem; }
.tiles dt { color: var(--soft); font-size: 0.85rem; }
.tiles dd { margin: 0; font-size: 1.2rem; font-weight: 600; white-space: nowrap; }
.tiles small { display: block; color: var(--soft); font-size: 0.8rem; font-weight: 400; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); gap: 1rem 1.5rem; }
.charts figure { margin: 0; max-width: 34rem; }
.charts figcaption { font-size: 0.88rem; color: var(--soft); margin-bottom: 0.2rem; }
.chart { width: 100%; height: auto; display: block; }
{CHART}
.table { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.92rem; margin: 0.5rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.9rem 0.25rem 0; }
tr { border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 500; }
.right { text-align: right; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.8rem 1rem; margin: 0.7rem 0; }
.lesson { border-left: 3px solid var(--marked); padding-left: 0.7rem; }
.prose { margin: 0.5rem 0; }
.prose blockquote { margin: 0.4rem 0; padding-left: 0.8rem; border-left: 3px solid var(--line); color: var(--soft); }
.prose pre { background: var(--panel); border-radius: 0.4rem; padding: 0.6rem 0.8rem; overflow-x: auto; }
code { font: 0.9em ui-monospace, Menlo, Consolas, monospace; background: var(--panel); border-radius: 0.25rem; }
:not(pre) > code { padding: 0.05em 0.3em; }
.figure { display: block; margin: 0.6rem 0; }
.figure img { max-width: 100%; height: auto; display: block; border-radius: 0.4rem; background: #FFF; }
.caption { display: block; color: var(--soft); font-size: 0.85rem; margin-top: 0.2rem; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 0.6rem; }
@media (max-width: 480px) { main { padding: 1rem 0.8rem 3rem; } h1 { font-size: 1.45rem; } }
@media print {
  :root { --paper: #FFF; --panel: #F4F2EC; --line: #CFC9BB; --ink: #000; --soft: #444; --moss: #1F4A3A;
    --bar: #8FB0A2; --marked: #3F6B5B; }
  article, figure, .tiles > div { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
""".replace("{CHART}", CHART_STYLE)
