#!/usr/bin/env node
// All benchmarks whose goals are ratios or limits, one after the other, and one table of what they measured:
//
//   npm run bench [-- --json FILE] [--only NAME,…] [--readme]
//
//   --only    some of them: import, features, teachers, training-step, first-step, long-run, backends, knn, one-query, umap, query, map, grid, curves, runs, start
//   --json    {"rows": [{"name", "ours", "peer", "unit", "ratio", "goal", "met", "cores"}, …]}; of a file that is there, the
//             benchmarks that are not run now keep their rows
//   --readme  renews bench/results.md with these rows, and the table in README.md with those that have a peer
//
// A benchmark whose needs are missing (Python, Chromium, an archive: bench/README.md) is named with its last line, and the
// others go on. Half an hour on 4 quiet cores. The sweeps, which take hours, are bench/sweep.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../scripts/build.mjs';
import { engineNode, root } from '../scripts/project.mjs';
import { renewTables, report } from './report.mjs';

/** In the order of what a user waits for; `writes`: rows come in a file, not as lines of JSON; `flags` ask for those. */
const benchmarks = [
  { name: 'import', file: 'pipeline/import.mjs' },
  { name: 'features', file: 'pipeline/features.mjs' },
  { name: 'teachers', file: 'pipeline/teachers.mjs', writes: true },
  { name: 'training-step', file: 'training-step/run.mjs', writes: true },
  { name: 'first-step', file: 'training-step/first-step.mjs', writes: true },
  { name: 'long-run', file: 'training-step/long-run.mjs', writes: true },
  { name: 'backends', file: 'backends/run.mjs' },
  { name: 'knn', file: 'knn/exact.mjs' },
  { name: 'one-query', file: 'knn/one-query.mjs' },
  { name: 'umap', file: 'umap/run.mjs', writes: true },
  { name: 'query', file: 'query/run.mjs', flags: ['--json'] },
  { name: 'map', file: 'ui/map.mjs', writes: true },
  { name: 'grid', file: 'ui/grid.mjs', writes: true },
  { name: 'curves', file: 'ui/curves.mjs', writes: true },
  { name: 'runs', file: 'ui/runs.mjs', writes: true },
  { name: 'start', file: 'start.mjs' },
];

const { values } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' }, readme: { type: 'boolean', default: false } } });
const wanted = values.only?.split(',');
const unknown = wanted?.find((name) => !benchmarks.some((one) => one.name === name));
if (unknown) {
  console.error(`There is no benchmark ${unknown}: ${benchmarks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

/** Its rows, and the last line that it said when it ended without any. */
function measure({ name, file, writes = false, flags = [] }) {
  const json = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-bench-')), 'rows.json');
  return new Promise((resolve) => {
    const child = spawn(engineNode(), [path.join(root, 'bench', file), ...flags, ...(writes ? ['--json', json] : [])], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = [];
    let out = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => lines.push(...String(text).split('\n').filter((line) => line.trim())));
    child.on('close', (code) => {
      const rows = writes ? (fs.existsSync(json) ? JSON.parse(fs.readFileSync(json, 'utf8')).rows : []) : rowsIn(out);
      fs.rmSync(path.dirname(json), { recursive: true, force: true });
      resolve({ name, rows, said: rows.length === 0 ? `ended with ${code}: ${lines.at(-1) ?? out.trim().split('\n').at(-1)}` : null });
    });
  });
}

/** Lines of JSON, or one document with rows. */
function rowsIn(out) {
  const parsed = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };
  const whole = parsed(out);
  return whole?.rows ?? out.split('\n').map(parsed).filter((row) => row && 'name' in row && 'ours' in row);
}

await build({ say: (line) => console.error(line) });
const earlier = values.json && fs.existsSync(values.json) ? JSON.parse(fs.readFileSync(values.json, 'utf8')).rows : [];
const measured = new Map();
const missing = [];
for (const one of benchmarks.filter(({ name }) => wanted?.includes(name) ?? true)) {
  console.error(`${new Date().toTimeString().slice(0, 8)} ${one.name}`);
  const result = await measure(one);
  measured.set(one.name, result.rows.map((row) => ({ ...row, benchmark: one.name })));
  if (result.said) missing.push(`${one.name} ${result.said}`);
}
const rows = benchmarks.flatMap(({ name }) => (measured.get(name)?.length ? measured.get(name) : earlier.filter((row) => row.benchmark === name)));
report(rows, values.json);
for (const line of missing) console.log(`Not measured: ${line}`);
if (missing.length > 0) process.exitCode = 1;
if (values.readme) renewTables(rows);
