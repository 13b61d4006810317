#include "lion/eval/report/html_style.h"

#include <string_view>

namespace lion::eval {
namespace {

constexpr std::string_view kColors = R"css(
:root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--ink:#1d1f24;--soft:#5d636e;
--line:#e2e3e0;--ours:#2d62c9;--paper4:#a8adb6;--paper12:#d3d6db;--track:#ecedea;
--grid:#e6e7e4;--whisker:#0c1f47;--truth:#13803d;--answer:#b94a00;--hit:#22a355;
--bad:#b3261e;--badge:#eef2fb;--code:#f0f0ed}
@media screen and (prefers-color-scheme:dark){:root{--page:#131519;--card:#1b1e24;--ink:#e7e8ea;
--soft:#9aa1ad;--line:#2c3038;--ours:#6e9dff;--paper4:#7b828e;--paper12:#4a505b;--track:#272b32;
--grid:#292d35;--whisker:#f2f5fb;--truth:#5fd38a;--answer:#ff9a4d;--hit:#35b46b;--bad:#ff8a80;
--badge:#23304d;--code:#252931}}
)css";

constexpr std::string_view kText = R"css(
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:anywhere;
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",
sans-serif}
main,.top,footer{max-width:1180px;margin:0 auto;padding:0 24px}
.top{padding-top:36px}
h1{font-size:28px;line-height:1.2;margin:0 0 4px;letter-spacing:-.02em}
h2{font-size:22px;line-height:1.25;margin:0;letter-spacing:-.01em}
h3{font-size:13px;margin:28px 0 10px;text-transform:uppercase;letter-spacing:.06em;
color:var(--soft)}
p{margin:0 0 8px}
a{color:inherit;text-decoration-color:var(--soft);text-underline-offset:3px}
a:hover{color:var(--ours)}
code{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
background:var(--code);border-radius:4px;padding:1px 5px}
pre{margin:0;white-space:pre-wrap;font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,
"DejaVu Sans Mono",monospace;background:var(--code);border-radius:6px;padding:8px 10px;
max-height:220px;overflow:auto}
.soft,.none,small,figcaption{color:var(--soft)}
.none{font-style:italic}
small,figcaption,p.none{font-size:12.5px}
footer{color:var(--soft);font-size:13px;padding-top:16px;padding-bottom:40px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(160px,1fr));gap:12px 24px;
margin:20px 0 0}
.facts div{border-top:1px solid var(--line);padding-top:8px}
.facts dt{font-size:12px;color:var(--soft)}
.facts dd{margin:0;font-weight:500}
summary{cursor:pointer;color:var(--soft)}
summary:hover{color:var(--ink)}
)css";

constexpr std::string_view kTables = R"css(
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:baseline;
font-weight:400}
thead th{font-size:12px;color:var(--soft);white-space:nowrap}
th:first-child,td:first-child{padding-left:0}
th:last-child,td:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.panel{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;
margin:16px 0}
.overview{overflow-x:auto}
.overview tbody th{font-weight:600}
.overview th small{display:block;font-weight:400}
.overview td b{font-size:15px}
.overview .interval{display:block;font-size:12px;color:var(--soft)}
.bad{color:var(--bad);font-weight:600}
.bars th{width:34%}
.bars .bar{width:44%}
.bars td:nth-child(2){vertical-align:middle}
svg{display:block;width:100%}
.category-bar{height:8px;border-radius:4px}
.track{fill:var(--track)}
.ours{fill:var(--ours)}
.paper4{fill:var(--paper4)}
.paper12{fill:var(--paper12)}
.grid{stroke:var(--grid);stroke-width:1;vector-effect:non-scaling-stroke}
.whisker{stroke:var(--whisker);stroke-width:1.5;vector-effect:non-scaling-stroke}
.chart{margin:0}
.chart-row{display:grid;grid-template-columns:minmax(96px,170px) 1fr 48px;gap:0 12px;
align-items:center}
.chart-row a{font-size:13.5px;text-decoration:none;line-height:1.2}
.chart-row b{text-align:right;font-size:13.5px;font-variant-numeric:tabular-nums}
.score-bar{height:30px}
.ticks{position:relative;height:18px}
.ticks i{position:absolute;white-space:nowrap;transform:translateX(-50%);
font:11px/18px system-ui,sans-serif;color:var(--soft)}
.legend{font-size:12.5px;color:var(--soft);margin-bottom:10px}
.key{display:inline-block;width:14px;height:8px;border-radius:2px;margin:0 6px 1px 12px}
.key:first-child{margin-left:0}
.key.ours{background:var(--ours)}
.key.paper4{background:var(--paper4)}
.key.paper12{background:var(--paper12)}
.histogram{margin:0}
.histogram table,.histogram tbody{display:block}
.histogram tbody{display:flex;align-items:flex-end;gap:4px}
.histogram tr{flex:1;display:flex;flex-direction:column-reverse;min-width:0}
.histogram th,.histogram td{padding:0;border:0;text-align:center;font-size:11px;line-height:18px;
color:var(--soft)}
.histogram th{border-top:1px solid var(--soft)}
.column{display:block;background:var(--paper4);border-radius:3px 3px 0 0}
.column.hit{background:var(--hit)}
.count{display:block;margin:0 -8px;white-space:nowrap;font-variant-numeric:tabular-nums}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
)css";

constexpr std::string_view kSections = R"css(
.benchmark{margin-top:52px;border-top:2px solid var(--ink);padding-top:18px}
.headline{display:flex;flex-wrap:wrap;align-items:baseline;gap:4px 22px;margin:12px 0 4px}
.headline .score{font-size:38px;font-weight:650;line-height:1;letter-spacing:-.03em;
font-variant-numeric:tabular-nums}
.columns{columns:2 380px;column-gap:16px;margin-top:16px}
.columns .panel{break-inside:avoid;margin:0 0 16px}
.panel h3{margin-top:0}
h2 small{font-weight:400;font-size:14px;margin-left:4px}
.settings{display:grid;grid-template-columns:max-content 1fr;gap:6px 16px;margin:0}
.settings dt{color:var(--soft)}
.settings dd{margin:0;min-width:0}
.settings ul,.plain{list-style:none;margin:0;padding:0}
.plain li{padding:4px 0;border-bottom:1px solid var(--line)}
.plain li:last-child{border-bottom:0}
.samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:16px}
.sample{background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden;
display:flex;flex-direction:column}
.sample img{display:block;width:100%;height:auto;aspect-ratio:4/3;object-fit:contain;
background:var(--track)}
.no-image{margin:0;padding:20px;background:var(--track);color:var(--soft);font-size:13px;
aspect-ratio:4/3;overflow:auto;display:grid;place-content:center;text-align:center}
.words{padding:14px 16px 16px}
.sample header{display:flex;flex-wrap:wrap;align-items:baseline;gap:2px 8px;font-size:13px;
color:var(--soft)}
.sample header .value{font-size:20px;color:var(--ink);font-variant-numeric:tabular-nums}
.category{background:var(--badge);color:var(--ink);border-radius:20px;padding:1px 9px;
font-size:12px}
.notes{font-size:13px;margin:4px 0 0;color:var(--soft)}
.sample dl{margin:10px 0 0;display:grid;gap:8px}
.sample dt{font-size:11px;text-transform:uppercase;letter-spacing:.05em;color:var(--soft);
margin-bottom:-8px}
.sample dd{margin:0;white-space:pre-wrap}
.sample dd.answer{color:var(--answer);font-weight:600}
.sample dd.truth{color:var(--truth)}
.sample dd.prompt{font-size:13px;color:var(--soft);max-height:130px;overflow:auto}
.sample ul{margin:0;padding-left:18px;white-space:normal}
.sample .numbers{font-variant-numeric:tabular-nums}
.candidates{font-size:13px;white-space:normal}
.candidates th,.candidates td{padding:3px 8px}
.candidates .right th{color:var(--truth)}
.mark{font-size:11px;border:1px solid currentColor;border-radius:20px;padding:0 7px;margin-left:6px;
white-space:nowrap}
.mark.answer{color:var(--answer)}
.mark.truth{color:var(--truth)}
@media(max-width:560px){main,.top,footer{padding-left:14px;padding-right:14px}
.top{padding-top:22px}
h1{font-size:24px}
.panel{padding:14px}
table{font-size:13px}
th,td{padding:6px 5px}
.overview{overflow-wrap:normal}
.overview th,.overview td,.overview thead th{font-size:12px;padding:7px 3px;white-space:normal}
.overview th:first-child{padding-left:0}
.overview .interval,.overview small{font-size:11px}
.overview td b{font-size:13px}
.chart-row{grid-template-columns:92px 1fr 40px;gap:0 8px}
.chart-row a,.chart-row b{font-size:12px}
.key{margin-left:0}
.count{font-size:9.5px}
.legend{line-height:1.9}
.settings{grid-template-columns:1fr;gap:0}
.settings dd{margin-bottom:8px}
.benchmark{margin-top:40px}}
@media print{body{background:#fff;font-size:12px}
main,.top,footer{max-width:none;padding:0}
.sample,.panel,tr{break-inside:avoid}
h2,h3{break-after:avoid}
.samples{grid-template-columns:repeat(3,1fr)}
.columns{columns:2 250px}
.benchmark{break-before:page;margin-top:0}
pre,.sample dd.prompt{max-height:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)css";

}  // namespace

std::string html_style() {
  std::string all;
  for (const std::string_view part : {kColors, kText, kTables, kSections}) all += part;
  return all;
}

}  // namespace lion::eval
