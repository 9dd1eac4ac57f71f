// Rows of a benchmark: {"name", "ours", "peer", "unit", "ratio", "goal", "met", "cores"}. Less is better in all that is
// made here: a ratio of ours to the peer's that may be at most `goal`, or without a peer a value that may.
import fs from 'node:fs';
import path from 'node:path';

const round = (value) => (value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(3)));

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

export function row({ name, ours, peer = null, unit, goal, cores, ...more }) {
  const ratio = peer === null ? null : ours / peer;
  return { name, ours: round(ours), peer: round(peer), unit, ratio: round(ratio), goal, met: (ratio ?? ours) <= goal, cores, ...more };
}

const metWord = ({ met }) => (met === undefined || met === null ? '' : met ? 'yes' : 'no');

/** The head of a table and a line for each row. */
const cellsOf = (rows) => [['', 'ours', 'peer', 'unit', 'ratio', 'goal', 'met', 'cores'], ...rows.map((r) => [r.name, r.ours, r.peer ?? '', r.unit ?? '', r.ratio ?? '', r.goal ?? '', metWord(r), r.cores ?? ''].map(String))];

/** The rows as a table of a document. */
function markdown(rows) {
  const [head, ...lines] = cellsOf(rows);
  return [head, ['---', ...Array(7).fill('---:')], ...lines].map((line) => `| ${line.join(' | ')} |\n`).join('');
}

/** Writes all rows into results.md, and those with a peer between the marks of the README. */
export function renewTables(rows) {
  const intro = 'What the scripts of this folder measured last, by `npm run bench -- --readme`. A ratio is ours divided by the peer\'s.\n\n';
  fs.writeFileSync(path.join(import.meta.dirname, 'results.md'), `# Results\n\n${intro}${markdown(rows)}`);
  const readme = path.join(import.meta.dirname, '../README.md');
  const marks = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;
  const text = fs.readFileSync(readme, 'utf8');
  if (!marks.test(text)) throw new Error('README.md has no table between <!-- bench --> and <!-- /bench -->.');
  fs.writeFileSync(readme, text.replace(marks, (_, before, after) => `${before}${markdown(rows.filter(({ peer }) => peer !== null && peer !== undefined))}${after}`));
}

/** Prints a table, writes the JSON where it is wanted, and fails the process when a goal was missed. */
export function report(rows, json) {
  const cells = cellsOf(rows);
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  for (const line of cells) console.log(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd());
  if (json) fs.writeFileSync(json, `${JSON.stringify({ rows }, null, 1)}\n`);
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
}
