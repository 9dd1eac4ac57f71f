import { createHash } from 'node:crypto';
import { colourings } from '../../contract/export';
import { runPage } from './browser';
import type { PageHead, PageRow } from './page-data';

const style = `
:root{color-scheme:light dark;--paper:#f8f6f1;--panel:#f1eee6;--ink:#1b2230;--quiet:#596172;--line:#dcd7ca;--accent:#8f4f00;--lightness:40%;font:13px/1.5 system-ui,sans-serif}
@media(prefers-color-scheme:dark){:root{--paper:#10141b;--panel:#151a23;--ink:#e9e6dd;--quiet:#9fa7b6;--line:#29303d;--accent:#e0a458;--lightness:65%}}
*{box-sizing:border-box}
body{display:grid;grid-template:auto 1fr/1fr 300px;height:100vh;margin:0;background:var(--paper);color:var(--ink)}
header{grid-column:1/3;display:flex;flex-wrap:wrap;align-items:center;gap:8px 16px;padding:8px 16px;border-bottom:1px solid var(--line)}
h1{margin:0;font-size:15px}h2{margin:8px 0 0;font-size:13px;overflow-wrap:anywhere}p{margin:2px 0;color:var(--quiet)}
label{display:flex;align-items:center;gap:6px}input,select{height:28px;padding:0 8px;border:1px solid var(--quiet);border-radius:4px;background:var(--paper);color:inherit;font:inherit}
input{width:300px}#count{margin-left:auto}
canvas#map{display:block;width:100%;height:100%;min-height:0;touch-action:none;cursor:grab}
main{min-width:0;min-height:0;overflow:hidden}
aside{min-height:0;padding:12px 16px;overflow-y:auto;border-left:1px solid var(--line);background:var(--panel)}
ul{margin:8px 0;padding:0;list-style:none}
button{padding:0;border:0;background:none;color:inherit;font:inherit;cursor:pointer}
#legend button{display:flex;align-items:center;gap:8px;width:100%;padding:1px 4px}#legend .name{flex:1;text-align:left;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}#legend .count{color:var(--quiet)}
#legend [aria-pressed=false]{opacity:.45;text-decoration:line-through}.swatch{width:10px;height:10px;border-radius:50%}
.symbols button{margin-right:6px;padding:0 6px;border:1px solid var(--line);border-radius:4px;color:var(--ink)}
#found{display:flex;flex-wrap:wrap;gap:4px;margin-top:12px}#found p{width:100%}canvas{border-radius:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}.sheet{display:none}
`;

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: string) => value.replace(/[&<>"']/g, (character) => escapes[character]);
/** JSON that cannot end the element it stands in, nor begin a comment. */
const json = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');
const hashOf = (content: string) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

/** The page up to its data: what it may load is nothing, and the browser is told to hold it to that. */
export function pageStart(head: PageHead): string {
  const policy = `default-src 'none'; img-src data:; style-src ${hashOf(style)}; script-src ${hashOf(script())}; base-uri 'none'; form-action 'none'`;
  const choices = colourings
    .filter((by) => !(Number(by) > head.length))
    .map((by) => `<option value="${by}">${by === 'label' || by === 'split' ? by : `symbol ${by}`}</option>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><title>${text(head.title)}</title><style>${style}</style></head>
<body><header><div><h1>${text(head.title)}</h1><p>${text(head.subtitle)}</p></div>
<label>Find <input id="search" type="search" placeholder="Symbols (12 7 *), name, label or tag" autocomplete="off" spellcheck="false"></label>
<label>Colour by <select id="colour">${choices.join('')}</select></label><span id="count" role="status"></span></header>
<main><canvas id="map" tabindex="0" role="img" aria-label="Map of the images: arrow keys move it, plus and minus zoom, 0 shows all"></canvas></main>
<aside><section id="chosen" aria-live="polite"><p>Choose a point to see its image.</p></section><div id="notes"></div><ul id="legend" aria-label="Colours; each can be hidden"></ul><div id="found"></div></aside>
<script type="application/json" id="head">${json(head)}</script>
`;
}

/** Some images and the sheet with their pictures. */
export function pageBlock(rows: readonly PageRow[], sheet: Buffer): string {
  return `<script type="application/json" class="rows">${json(rows)}</script>\n<img class="sheet" alt="" src="data:image/webp;base64,${sheet.toString('base64')}">\n`;
}

export const pageEnd = (): string => `<script>${script()}</script></body></html>\n`;

const script = () => `(${runPage.toString()})()`;
