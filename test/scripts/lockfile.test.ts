import { expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import { markedLockfile } from '../../scripts/lockfile.mjs';

it('package-lock.json keeps npm 10 from running denied scripts (after `npm install`, run `node scripts/lockfile.mjs`)', () => {
  expect((markedLockfile() as { complete: boolean }).complete).toBe(true);
});

it('marks denied packages wherever they stand, and no others', () => {
  const lockfile = { packages: { '': {}, 'node_modules/a': { hasInstallScript: true }, 'node_modules/b/node_modules/a': {}, 'node_modules/c': { hasInstallScript: true } } };
  const { marked, complete } = markedLockfile(lockfile, { a: false, c: true }) as { marked: typeof lockfile; complete: boolean };
  expect(complete).toBe(false);
  expect(marked.packages).toEqual({ '': {}, 'node_modules/a': { gypfile: false }, 'node_modules/b/node_modules/a': { gypfile: false }, 'node_modules/c': { hasInstallScript: true } });
});
