import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Collections } from '../../../src-main/engine/collections';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { Sweeps, type SweepServices } from '../../../src-main/engine/sweeps';
import { addRun, fillCollection, temporaryFolder } from '../database/library.fixture';

let library: Library;
let sweeps: Sweeps;
let birds: number;
const variants = ['GS 8', 'GS 16', 'GS 32'].map((label, i) => ({ label, group: 'GS', change: { vocabulary: 8 << i }, outcome: null }));
const keep = (outcomes: readonly ('done' | 'failed' | null)[]) =>
  sweeps.keep({ name: 'far', kind: 'sweep', settings: { preset: 'tiny' }, collection: birds, variants: variants.map((variant, i) => ({ ...variant, outcome: outcomes[i] && { state: outcomes[i], error: outcomes[i] === 'failed' ? { code: 'JOB_LOST' as const, message: 'Lost.' } : null } })) });

beforeEach(() => {
  library = openLibrary(join(temporaryFolder(), 'library'));
  birds = fillCollection(library.db, 'Birds', 3);
  // What would train is not there: a sweep that is trained elsewhere asks for none of it.
  sweeps = new Sweeps({ library, collections: new Collections(library.db), log: () => undefined } as unknown as SweepServices, () => {
    throw new Error('nothing is trained here');
  });
});
afterEach(async () => {
  await sweeps.close();
  library.close();
});

it('shows a sweep that is trained elsewhere as it stands, and begins nothing of it', () => {
  keep([null, null, null]);
  expect(sweeps.list()).toMatchObject([{ name: 'far', collection: 'Birds', state: 'elsewhere', variants: 3, done: 0, failed: 0 }]);
  expect(sweeps.status('far').variants.map(({ label, state }) => [label, state])).toEqual([['GS 8', 'waiting'], ['GS 16', 'waiting'], ['GS 32', 'waiting']]);
  addRun(library.db, 'far: GS 8');
  keep(['done', 'failed', null]);
  expect(sweeps.list()).toMatchObject([{ state: 'elsewhere', done: 1, failed: 1 }]);
  expect(sweeps.status('far').variants[1]).toMatchObject({ state: 'failed', error: { code: 'JOB_LOST', message: 'Lost.' } });
  keep(['done', 'failed', 'done']);
  expect(sweeps.list()).toMatchObject([{ state: 'stopped', done: 2, failed: 1 }]);
  keep(['done', 'done', 'done']);
  expect(sweeps.list()).toMatchObject([{ state: 'done', done: 3, failed: 0 }]);
  expect(sweeps.status('far')).toMatchObject({ settings: { preset: 'tiny' }, kind: 'sweep' });
});
