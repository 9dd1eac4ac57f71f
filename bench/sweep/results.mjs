// What the sweeps wrote, and the product's own functions that make tables of it.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
export const root = path.resolve(here, '../..');
export const defaultResults = path.join(here, 'results');

/** The sweep of a part; null when it was not made. */
export function readSweep(results, part) {
  const file = path.join(results, part, 'sweep.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : null;
}

/** sweepTable and tableMarkdown as the product has them now, and the paper's table. */
export async function tableFunctions() {
  const outDir = path.join(root, 'out/bench/sweep');
  const input = { table: 'src-main/sweep/table.ts', text: 'src-main/sweep/table-text.ts', paper: 'src-main/contract/paper.ts' };
  await build({
    root, configFile: false, publicDir: false, logLevel: 'error',
    build: { ssr: true, outDir, emptyOutDir: true, target: 'node22', rolldownOptions: { input, preserveEntrySignatures: 'strict', output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'shared/[name]-[hash].mjs' } } },
  });
  const load = (name) => import(pathToFileURL(path.join(outDir, `${name}.mjs`)).href);
  return { ...(await load('table')), ...(await load('text')), ...(await load('paper')) };
}

/** Puts text between two comments of a file. @throws Error when it has no such place */
export function replaceSection(file, name, text) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const page = fs.readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for it: a line ${begin} and a line ${end} are needed.`);
  fs.writeFileSync(file, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}
