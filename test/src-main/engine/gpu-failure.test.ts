import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildChildren, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

let resources: string;
let folder: string;
let running: Running;
let collection: number;

/**
 * A trainer that says it computes on a GPU until that fails at step 12, whatever backend it was told first; started
 * again, it must have been told to go on without, and ends (`always`: fails as well).
 */
const trainer = (failure: string, always: boolean) => `
process.once('message', async (start) => {
  const tell = (event) => new Promise((done) => process.send({ type: 'event', event }, done));
  const gpu = ${always} || !start.resume;
  await tell({ type: 'backend', name: gpu ? 'webgpu' : start.backend.candidates[0], description: gpu ? 'a card' : 'the processor' });
  await tell({ type: 'state', state: 'training', step: gpu ? 0 : 10, error: null });
  if (gpu) {
    await tell({ type: 'checkpoint', step: 10, file: 'step-10' });
    await tell({ type: 'evaluation', step: 12, knnTop1: {}, teacher: 0.5 });
    ${failure}
  } else await tell({ type: 'state', state: 'finished', step: 20, error: null });
  process.exit(0);
});
`;
const lost = "await tell({ type: 'state', state: 'failed', step: 12, error: { code: 'GPU_LOST', message: 'The GPU was lost: it fell off.', remedy: 'Training goes on.' } });";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-gpu-'));
  await buildChildren();
  resources = await smallResources();
  running = await run(join(folder, 'library'), { firstLaunch: true });
  await quiet(running);
  collection = (await running.client.collections.list())[0].id;
});
afterAll(async () => {
  await running.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

async function train(name: string, failure: string, always = false) {
  writeFileSync(join(process.env.GLYPHSCOPE_OUT!, 'engine', 'trainer.mjs'), trainer(failure, always));
  const { id } = await running.client.runs.start({ name, collection, config: { preset: 'tiny', backend: 'webgpu' } });
  const events = await eventsUntil(running, id, isState('finished', 'failed', 'interrupted'));
  return { events, run: await running.client.runs.get({ run: id }), curves: await running.client.runs.curves({ run: id, points: 100 }) };
}

describe('a run whose GPU fails', () => {
  it.each([
    ['says so', lost, 'The GPU was lost: it fell off. That was at step 12. Training goes on.'],
    ['ends its process', "process.kill(process.pid, 'SIGABRT'); await new Promise(() => setInterval(() => {}, 1000));", 'The GPU was lost: the trainer was ended by SIGABRT. That was at step 12.'],
  ])('goes on from its checkpoint on the processor when it %s', async (name, failure, said) => {
    const { events, run, curves } = await train(name, failure);
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'finished', step: 20 });
    expect(run).toMatchObject({ state: 'finished', backend: 'the processor', error: null });
    // One message, where it goes on; what came after the checkpoint is done again.
    const warnings = curves.messages.filter(({ level }) => level === 'warning');
    expect(warnings).toEqual([{ step: 10, level: 'warning', text: expect.stringContaining(said) as string }]);
    expect(curves.evaluations).toEqual([]);
  });

  it('fails like any other when the processor fails too', async () => {
    const { run } = await train('fails twice', lost, true);
    expect(run).toMatchObject({ state: 'failed', error: { code: 'GPU_LOST' } });
  });
});
