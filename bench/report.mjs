// Rows of a benchmark: {"name", "ours", "peer", "unit", "ratio", "goal", "met", "cores"}. Less is better in all that is
// made here: a ratio of ours to the peer's that may be at most `goal`, or without a peer a value that may.
import fs from 'node:fs';

const round = (value) => (value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(3)));

export const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

export function row({ name, ours, peer = null, unit, goal, cores, ...more }) {
  const ratio = peer === null ? null : ours / peer;
  return { name, ours: round(ours), peer: round(peer), unit, ratio: round(ratio), goal, met: (ratio ?? ours) <= goal, cores, ...more };
}

const metWord = ({ met }) => (met === undefined || met === null ? '' : met ? 'yes' : 'no');

/** The rows as a table of a document. */
export function markdown(rows) {
  const cells = [['', 'ours', 'peer', 'unit', 'ratio', 'goal', 'met', 'cores'], ['---', ...Array(7).fill('---:')], ...rows.map((r) => [r.name, r.ours, r.peer ?? '', r.unit ?? '', r.ratio ?? '', r.goal ?? '', metWord(r), r.cores ?? ''].map(String))];
  return cells.map((line) => `| ${line.join(' | ')} |\n`).join('');
}

/** Prints a table, writes the JSON where it is wanted, and fails the process when a goal was missed. */
export function report(rows, json) {
  const cells = [['', 'ours', 'peer', 'unit', 'ratio', 'goal', 'met', 'cores'], ...rows.map((r) => [r.name, r.ours, r.peer ?? '', r.unit ?? '', r.ratio ?? '', r.goal ?? '', metWord(r), r.cores ?? ''].map(String))];
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  for (const line of cells) console.log(line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd());
  if (json) fs.writeFileSync(json, `${JSON.stringify({ rows }, null, 1)}\n`);
  if (rows.some(({ met }) => met === false)) process.exitCode = 1;
}
