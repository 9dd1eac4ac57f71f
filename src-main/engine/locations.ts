import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the program's own files are. */
export interface Locations {
  root: string;
  version: string;
  /** Embedded teacher, sample and run. */
  resources: string;
  /** The page that a window or browser loads. */
  page: string;
  /** The Node that runs children. */
  node: string;
  /** Built files that run as children or worker threads. */
  entries: { cli: string; backend: string; trainer: string; rehearsal: string; student: string; images: string; vectors: string; layout: string };
}

/**
 * Finds the program's files from this one upwards: the nearest folder whose package.json is Glyphscope's. It is the
 * same for the sources under test, the built engine and a packaged application.
 * GLYPHSCOPE_RESOURCES, GLYPHSCOPE_OUT and GLYPHSCOPE_PAGE name other places for `resources`, `out` and `out/page`.
 */
export function findLocations(): Locations {
  const { root, version } = findRoot(dirname(fileURLToPath(import.meta.url)));
  const out = process.env.GLYPHSCOPE_OUT || join(root, 'out');
  const entry = (name: string) => join(out, 'engine', `${name}.mjs`);
  return {
    root,
    version,
    resources: process.env.GLYPHSCOPE_RESOURCES || join(root, 'resources'),
    page: process.env.GLYPHSCOPE_PAGE || join(out, 'page'),
    node: process.execPath,
    entries: { cli: entry('cli'), backend: entry('backend'), trainer: entry('trainer'), rehearsal: entry('rehearsal'), student: entry('student'), images: entry('images'), vectors: entry('vectors'), layout: entry('layout') },
  };
}

function findRoot(from: string): { root: string; version: string } {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (name === 'glyphscope') return { root: folder, version: version ?? '0.0.0' };
    }
    if (dirname(folder) === folder) throw new Error(`No folder above ${from} is Glyphscope's: its package.json is missing.`);
  }
}
