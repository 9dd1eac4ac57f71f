import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { newestCheckpoint } from '../../../src-main/training/checkpoint';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

let folder = '';
beforeEach(() => (folder = temporaryFolder('prepared')));
afterEach(() => removeFolder(folder));

const directory = () => join(folder, 'prepared');
const files = () => (existsSync(directory()) ? readdirSync(directory()) : []);
const run = (name: string, changes: Record<string, unknown> = {}, prepared: string | null = directory()) =>
  eventsOf(trainOptions(join(folder, name), { channels: 4, steps: 4, checkpointEvery: 4, evaluateEvery: 0, ...changes }, prepared === null ? {} : { prepared: { directory: prepared, backend: 'test' } }));
const notes = (events: TrainingEvent[]) => events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
const weights = async (name: string) => (await newestCheckpoint(join(folder, name)))!.weights;
const earlier = 'Map, codes and readout are those that an earlier run of the same images began with.';

it('a run that begins with what an earlier one prepared ends with the bits of one that prepares for itself', async () => {
  await run('alone', { alignmentWeight: 0.5 }, null);
  expect(notes(await run('first'))).not.toContain(earlier);
  expect(files()).toHaveLength(1);
  expect(notes(await run('second', { alignmentWeight: 0.5 }))).toContain(earlier);
  expect(await weights('second')).toEqual(await weights('alone'));
  expect(files()).toHaveLength(1);
});

it('another seed, vocabulary or map is prepared anew', async () => {
  await run('first');
  for (const [i, changes] of [{ seed: 1 }, { vocabulary: 8 }, { mapSteps: 3 }, { readoutSteps: 3 }, { channels: 5 }].entries()) expect(notes(await run(`other ${i}`, changes))).not.toContain(earlier);
  expect(files()).toHaveLength(6);
});

it('what depends on more than the name says is never kept', async () => {
  await run('paper’s', { descriptor: 'autoregressive' });
  await run('imitating', { imitationSteps: 2 });
  await run('no map', { mapSteps: 0 });
  expect(files()).toEqual([]);
});

it('a damaged file counts as none, and is made anew', async () => {
  await run('first');
  const file = join(directory(), files()[0]);
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(file, bytes);
  expect(notes(await run('second'))).not.toContain(earlier);
  expect(await weights('second')).toEqual(await weights('first'));
  expect(notes(await run('third'))).toContain(earlier);
});

it('a folder that cannot be written to is told of and does not end the run', async () => {
  writeFileSync(join(folder, 'file'), '');
  const events = await run('first', {}, join(folder, 'file'));
  expect(notes(events).some((text) => text.startsWith('What this run begins with could not be kept for other runs'))).toBe(true);
  expect(events.at(-1)).toMatchObject({ state: 'finished' });
});
