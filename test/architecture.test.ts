import fs from 'node:fs';
import path from 'node:path';
import { builtinModules } from 'node:module';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

/** Which folders a folder may import from, besides itself (docs/architecture.md). */
const lower = ['contract', 'dataset', 'teacher', 'model', 'database', 'training', 'evaluation', 'explore', 'export', 'sweep'];
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  dataset: ['contract'],
  teacher: ['contract', 'dataset'],
  model: ['contract'],
  database: ['contract'],
  training: ['contract', 'model', 'dataset', 'teacher', 'evaluation', 'export'],
  evaluation: ['contract'],
  explore: ['contract', 'evaluation'],
  export: ['contract', 'dataset', 'model', 'teacher'],
  sweep: ['contract'],
  slurm: ['contract', 'sweep', 'training'],
  engine: lower,
  cli: [...lower, 'engine', 'slurm'],
  shell: ['contract'],
  'src-renderer': ['contract'],
};

/** The folders that a package is at home in. */
const homes: Record<string, readonly string[]> = {
  zod: ['src-renderer', 'contract', 'sweep', 'slurm', 'dataset', 'teacher', 'training', 'database', 'engine', 'cli', 'explore', 'evaluation', 'model'],
  '@orpc/contract': ['contract', 'sweep', 'cli', 'shell', 'src-renderer'],
  '@orpc/client': ['cli', 'shell', 'src-renderer'],
  '@orpc/server': ['engine', 'cli'],
  hono: ['engine'],
  '@hono/node-server': ['engine'],
  ws: ['engine', 'cli', 'shell'],
  'better-sqlite3': ['database'],
  sharp: ['dataset'],
  '@cwasm/jpeg-turbo': ['dataset'],
  'tar-stream': ['dataset'],
  yauzl: ['dataset'],
  'hyparquet-writer': ['export'],
  hyparquet: ['export'],
  'onnxruntime-node': ['teacher'],
  '@tensorflow/tfjs-core': ['model', 'training'],
  '@tensorflow/tfjs-backend-wasm': ['model'],
  '@tensorflow/tfjs-backend-cpu': ['model'],
  '@tensorflow/tfjs-node-gpu': ['model'],
  'umap-js': ['explore'],
  electron: ['shell'],
  svelte: ['src-renderer'],
  '@tanstack/svelte-virtual': ['src-renderer'],
  uplot: ['src-renderer'],
};

interface Import {
  file: string;
  folder: string;
  target: string;
}

function* sources(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile() && /\.(ts|svelte)$/.test(entry.name)) yield path.join(entry.parentPath, entry.name);
}

/** Every import of the sources: static, dynamic and required. */
function imports(): Import[] {
  const found: Import[] = [];
  for (const file of [...sources(path.join(root, 'src-main')), ...sources(path.join(root, 'src-renderer'))]) {
    const text = fs.readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|(^|\s)\/\/.*$/gm, '');
    const name = path.relative(root, file);
    const folder = name.startsWith('src-renderer') ? 'src-renderer' : name.split(path.sep)[1];
    for (const [, target] of text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\(|\brequire\.resolve\()\s*['"]([\w@./:-]+)['"]/g)) found.push({ file: name, folder, target });
  }
  return found;
}

const all = imports();
const packageOf = (target: string) => target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/');
const isOwn = (target: string) => target.startsWith('.');

/** Folder of the sources that a relative import leads to. */
function folderOf({ file, target }: Import): string {
  const [top, folder] = path.relative(root, path.resolve(root, path.dirname(file), target)).split(path.sep);
  return top === 'src-main' ? folder : top;
}

describe('the folders', () => {
  it('are those of docs/architecture.md', () => {
    const folders = fs.readdirSync(path.join(root, 'src-main')).sort();
    expect(folders).toEqual(Object.keys(mayImport).filter((name) => name !== 'src-renderer').sort());
    const document = fs.readFileSync(path.join(root, 'docs', 'architecture.md'), 'utf8');
    for (const folder of folders) expect(document).toContain(`  ${folder}/`);
    expect(fs.existsSync(path.join(root, 'src-main', 'utils'))).toBe(false);
  });

  it('import only from the folders below them', () => {
    const wrong = all.filter((one) => isOwn(one.target)).filter((one) => folderOf(one) !== one.folder && !mayImport[one.folder].includes(folderOf(one)));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
    expect(all.length).toBeGreaterThan(100); // the search finds them at all
  });

  it('import each package from its home only', () => {
    const builtin = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
    const outside = all.filter(({ target }) => !isOwn(target) && !builtin.has(target));
    const wrong = outside.filter(({ folder, target }) => !homes[packageOf(target)]?.includes(folder));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('keep Node out of the contract and the page', () => {
    const wrong = all.filter(({ folder, target }) => (folder === 'contract' || folder === 'src-renderer') && target.startsWith('node:'));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });
});
