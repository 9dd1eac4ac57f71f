import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { openLibrary, type Library } from '../../../src-main/engine/library';
import { TrainingFeed } from '../../../src-main/engine/training-feed';
import { addRun, fillCollection, temporaryFolder } from '../database/library.fixture';

let library: Library;
let feed: TrainingFeed;
let run: number;

beforeEach(() => {
  library = openLibrary(join(temporaryFolder(), 'library'));
  fillCollection(library.db, 'Birds', 3);
  run = addRun(library.db, 'one');
  feed = new TrainingFeed({ db: library.db, run, onEvent: () => undefined, onFailure: (error) => Promise.reject(error as Error) });
});
afterEach(() => {
  feed.flush();
  library.close();
});

const state = (name: 'training' | 'interrupted' | 'preparing', step: number): TrainingEvent => ({ type: 'state', state: name, step, error: null });
const message = (step: number): TrainingEvent => ({ type: 'message', step, level: 'info', text: `at ${step}` });

it('tells the present state and what came after a step, but no state of the past, which would be taken for the present', async () => {
  for (const event of [state('training', 0), message(3), message(5), state('interrupted', 6)]) feed.add(event);
  feed.flush();
  const present = state('preparing', 4);
  feed.add(present);
  feed.flush();
  const stop = new AbortController();
  const told: TrainingEvent[] = [];
  const watching = (async () => {
    for await (const events of feed.watch(4, { state: present, row: library.db.read.trainingEvents.newestState(run) }, stop.signal)) {
      told.push(...events);
      if (events.some(({ type }) => type === 'message')) feed.add(state('training', 4));
      if (told.at(-1)?.type === 'state' && told.length > 2) stop.abort();
    }
  })();
  await watching;
  expect(told).toEqual([present, message(5), state('training', 4)]);
});

it('tells a state that was stored between the question and the first look', async () => {
  feed.add(state('training', 0));
  feed.flush();
  const watch = feed.watch(0, { state: state('training', 0), row: library.db.read.trainingEvents.newestState(run) }, undefined);
  feed.add(state('interrupted', 6));
  feed.flush();
  expect((await watch.next()).value).toEqual([state('training', 0)]);
  expect((await watch.next()).value).toEqual([state('interrupted', 6)]);
  await watch.return();
});
