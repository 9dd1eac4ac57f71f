#!/usr/bin/env node
// Writes into package-lock.json that the packages denied under `allowScripts` have no script of their own and nothing to
// compile. npm 11 reads `allowScripts`; npm 10 knows the lockfile only, and would run node-gyp for better-sqlite3 (which
// brings its binaries) and downloads for the others. `npm install` drops these marks: run this after it (a test reminds).
//   node scripts/lockfile.mjs
import fs from 'node:fs';
import path from 'node:path';
import { isMain, root } from './project.mjs';

const read = (name) => JSON.parse(fs.readFileSync(path.join(root, name), 'utf8'));

/** The lockfile with the marks, and whether it had them already. */
export function markedLockfile(lockfile = read('package-lock.json'), denied = read('package.json').allowScripts) {
  const marked = structuredClone(lockfile);
  for (const [place, entry] of Object.entries(marked.packages)) {
    if (denied[place.split('node_modules/').at(-1)] !== false) continue;
    delete entry.hasInstallScript;
    entry.gypfile = false;
  }
  return { marked, complete: JSON.stringify(marked) === JSON.stringify(lockfile) };
}

if (isMain(import.meta.url)) {
  const { marked, complete } = markedLockfile();
  if (!complete) fs.writeFileSync(path.join(root, 'package-lock.json'), `${JSON.stringify(marked, null, 2)}\n`);
  console.log(complete ? 'package-lock.json has its marks.' : 'package-lock.json: marks written.');
}
