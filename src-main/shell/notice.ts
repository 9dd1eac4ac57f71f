import { createHash } from 'node:crypto';
import type { ErrorDetail } from '../contract/errors';

/** Where the notice's buttons lead; the shell acts on them and never goes there. */
export const restartAddress = 'https://restart.invalid/';
export const localAddress = 'https://local.invalid/';

const titles: Partial<Record<ErrorDetail['code'], string>> = {
  LIBRARY_IN_USE: 'This library is open already',
  LIBRARY_NEWER: 'This library is newer than this Glyphscope',
  ENGINE_UNREACHABLE: 'The engine does not answer',
};

const style = `
:root { color-scheme: light dark; --paper: #f8f6f1; --ink: #1b2230; --quiet: #596172; --accent: #8f4f00; --on: #fffefb; --line: #dcd7ca }
@media (prefers-color-scheme: dark) { :root { --paper: #10141b; --ink: #e9e6dd; --quiet: #9fa7b6; --accent: #f2b950; --on: #1b1405; --line: #29303d } }
html { height: 100%; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif }
body { box-sizing: border-box; min-height: 100%; margin: 0; display: grid; place-items: center; padding: 32px }
main { max-width: 520px; border-top: 1px solid var(--line); padding-top: 24px }
h1 { font-size: 20px; font-weight: 600; margin: 0 0 12px }
p { margin: 0 0 12px; overflow-wrap: anywhere }
.quiet { color: var(--quiet); font-size: 13px }
a { display: inline-block; margin: 8px 8px 0 0; padding: 6px 16px; border-radius: 4px; background: var(--accent); color: var(--on); text-decoration: none }
a + a { background: none; color: var(--accent); box-shadow: inset 0 0 0 1px }
a:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px }
`;

/** A page of the shell's own, for when there is no engine to load one from: what happened, and what to do as buttons. */
export function noticePage(failure: ErrorDetail, logFile: string | null, buttons: Readonly<Record<string, string>> = { 'Start again': restartAddress }): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Glyphscope</title><style>${style}</style></head>
<body><main role="alert"><h1>${escape(titles[failure.code] ?? 'The engine has stopped')}</h1>
<p>${escape(failure.message)}</p>
${failure.remedy ? `<p>${escape(failure.remedy)}</p>` : ''}
${Object.entries(buttons).map(([text, address]) => `<a href="${address}">${escape(text)}</a>`).join('\n')}
<p class="quiet"><br>${escape(failure.code)}${logFile === null ? '' : ` · log: ${escape(logFile)}`}</p></main></body></html>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`;
}

const escape = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
