#include "sla/html_style.h"

namespace reinfer::sla {
namespace {

// The colours of :root are written by dashboards/palette/palette.py.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light; --ink: #16202c; --quiet: #556170; --line: #dfe4ea;
  --shade: #eef1f5; --good: #14724f; --bad: #ae0817; --unknown: #556170; --bar: #7cc3ae;
  --bar-bad: #ae0817; --bar-none: #c3ccd6; --ground: #ffffff; --rule: #9aa6b4; --whole: #fbfcfd; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 2rem 4rem; max-width: 62rem; color: var(--ink);
  background: var(--ground); font: 15px/1.5 system-ui, -apple-system, Segoe UI, Roboto,
  Helvetica Neue, Arial, sans-serif; font-variant-numeric: tabular-nums;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; overflow-wrap: break-word; }
h1, h2, h3, h4, p, ul, dl, dd { margin: 0; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { font-size: 1.4rem; line-height: 1.25; }
h3 { font-size: 1.1rem; }
h4 { font-size: .8rem; margin: 1.2rem 0 .3rem; color: var(--quiet); }
.kind { color: var(--quiet); font-size: .95rem; }
header { border-bottom: 3px solid var(--ink); padding-bottom: 1.2rem; margin-bottom: 1.5rem; }
.headline { font-size: 1.15rem; margin-top: .8rem; }
.origin { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .85rem;
  margin-top: .8rem; }
.origin dt { color: var(--quiet); }
section { margin-top: 2.5rem; }
section.tenant { border-top: 1px solid var(--ink); padding-top: 1.2rem; }
article { margin-top: 1.2rem; border: 1px solid var(--line); border-radius: 6px;
  padding: 1rem 1.2rem 1.2rem; }
article.whole { border-color: var(--rule); background: var(--whole); }
.title { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }
.title .of { color: var(--quiet); font-weight: 400; }
.verdict { white-space: nowrap; font-weight: 600; }
.verdict svg { width: .8em; height: .8em; margin-right: .35em; vertical-align: -.04em; }
.verdict svg path { fill: none; stroke: currentColor; stroke-width: 2.4; }
.met { color: var(--good); }
.breached { color: var(--bad); }
.unknown { color: var(--unknown); }
.figures { display: grid; grid-template-columns: repeat(5, 1fr); gap: .8rem; margin-top: .7rem; }
.figures dt { font-size: .75rem; color: var(--quiet); }
.figures dd { font-size: 1.15rem; font-weight: 600; line-height: 1.3; }
.figures dd.more { font-size: .75rem; font-weight: 400; color: var(--quiet); }
svg.days { display: block; width: 100%; margin-top: 1rem; }
svg.days text { font-size: 8px; fill: var(--quiet); text-anchor: middle; }
svg.days text.low { fill: var(--bad); font-size: 7px; font-weight: 600; }
svg.days .good { fill: var(--bar); }
svg.days .bad { fill: var(--bar-bad); }
svg.days .none { fill: var(--bar-none); }
svg.days .excluded { fill: var(--ground); stroke: var(--quiet); stroke-width: .8; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; font-size: .75rem;
  color: var(--quiet); margin-top: .2rem; }
.legend svg { width: .8em; height: .8em; margin-right: .4em; vertical-align: -.06em; }
.legend .good { fill: var(--bar); }
.legend .bad { fill: var(--bar-bad); }
.legend .none { fill: var(--bar-none); }
.legend .excluded { fill: var(--ground); stroke: var(--quiet); stroke-width: 2; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: .75rem;
  border-bottom: 1px solid var(--rule); padding: .2rem .6rem .2rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; vertical-align: top; }
table.narrow { max-width: 34rem; }
th:last-child, td:last-child { padding-right: 0; }
th.number, td.number { text-align: right; padding-right: 1.1rem; }
td.number { white-space: nowrap; }
td.time { white-space: nowrap; }
td.words, dd, li, h2, h3 { overflow-wrap: anywhere; }
td.name { min-width: 9rem; overflow-wrap: anywhere; }
td small { display: block; color: var(--quiet); }
.overview { margin-top: .8rem; }
.overview tr.whole td { font-weight: 600; border-top: 1px solid var(--rule);
  background: var(--shade); }
.overview td:first-child, .overview th:first-child { padding-left: .5rem; }
.overview td:last-child, .overview th:last-child { padding-right: .5rem; }
.overview tr.probe td:first-child { padding-left: 1.5rem; }
.plain { font-size: .85rem; }
ul.plain { padding-left: 1.1rem; }
.aside { color: var(--quiet); font-size: .85rem; margin-top: .4rem; }
.notes li { margin-top: .2rem; }
.method { columns: 2; column-gap: 2rem; }
.method h2 { column-span: all; }
.method h2 { margin-bottom: .5rem; }
.method p { margin-bottom: .5rem; font-size: .85rem; break-inside: avoid; }
.none-such { color: var(--quiet); font-size: .85rem; }
@media (max-width: 45rem) { .figures { grid-template-columns: repeat(2, 1fr); }
  body { padding: 1rem; } .method { columns: 1; } }
@media (max-width: 62rem) { .scroll { overflow-x: auto; } .overview th.number,
  .overview td.number { padding-right: .7rem; }
  .overview td:last-child, .overview th:last-child { padding-right: .5rem; } }
@page { size: A4; margin: 16mm 15mm 18mm;
  @bottom-right { content: counter(page); font: 9pt sans-serif; color: #556170; } }
@media print { html { font-size: 12px; }
  body { max-width: none; padding: 0; font-size: 9pt; }
  section.tenant { break-before: page; border-top: 0; padding-top: 0; margin-top: 0; }
  article { box-decoration-break: clone; -webkit-box-decoration-break: clone; }
  h2, h3, h4, .title, thead { break-after: avoid; }
  tr, svg, .top, li { break-inside: avoid; }
  thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; } }
)";

}  // namespace

std::string_view html_style() {
  return kStyle;
}

}  // namespace reinfer::sla
