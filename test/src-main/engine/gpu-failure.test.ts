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
 * A trainer that says it computes on a GPU, whatever backend it was told first, until that fails at step 12: as long as
 * the expression `fails` of its start message is true. Then it must go on from its checkpoint, and ends.
 */
const trainer = (failure: string, fails: string) => `
process.once('message', async (start) => {
  const tell = (event) => new Promise((done) => process.send({ type: 'event', event }, done));
  const gpu = start.backend.candidates.includes('webgpu');
  const fails = ${fails};
  await tell({ type: 'backend', name: gpu || fails ? 'webgpu' : start.backend.candidates[0], description: gpu ? 'a card, by ' + start.config.microBatch : 'the processor' });
  await tell({ type: 'state', state: 'training', step: start.resume ? 10 : 0, error: null });
  if (fails) {
    await tell({ type: 'checkpoint', step: 10, file: 'step-10' });
    await tell({ type: 'evaluation', step: 12, knnTop1: {}, teacher: 0.5 });
    ${failure}
  } else await tell({ type: 'state', state: 'finished', step: 20, error: null });
  process.exit(0);
});
`;
const failed = (error: { code: string; message: string; remedy: string }) => `await tell({ type: 'state', state: 'failed', step: 12, error: ${JSON.stringify(error)} });`;
const lost = failed({ code: 'GPU_LOST', message: 'The GPU was lost: it fell off.', remedy: 'Put it back.' });
const full = failed({ code: 'GPU_OUT_OF_MEMORY', message: "The GPU's memory is full.", remedy: 'Lower the micro-batch.' });

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

async function train(name: string, failure: string, fails = 'gpu') {
  writeFileSync(join(process.env.GLYPHSCOPE_OUT!, 'engine', 'trainer.mjs'), trainer(failure, fails));
  const { id } = await running.client.runs.start({ name, collection, config: { preset: 'tiny', backend: 'webgpu' } });
  const events = await eventsUntil(running, id, isState('finished', 'failed', 'interrupted'));
  return { events, run: await running.client.runs.get({ run: id }), curves: await running.client.runs.curves({ run: id, points: 100 }) };
}

describe('a run whose GPU fails', () => {
  it.each([
    ['says so', lost, 'The GPU was lost: it fell off. That was at step 12. Training goes on from the last checkpoint on the processor. Put it back.'],
    ['ends its process', "process.kill(process.pid, 'SIGABRT'); await new Promise(() => setInterval(() => {}, 1000));", 'The GPU was lost: the trainer was ended by SIGABRT. That was at step 12. Training goes on from the last checkpoint on the processor.'],
  ])('goes on from its checkpoint on the processor when it %s', async (name, failure, said) => {
    const { events, run, curves } = await train(name, failure);
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'finished', step: 20 });
    expect(run).toMatchObject({ state: 'finished', backend: 'the processor', error: null });
    // One message, where it goes on; what came after the checkpoint is done again.
    const warnings = curves.messages.filter(({ level }) => level === 'warning');
    expect(warnings).toEqual([{ step: 10, level: 'warning', text: expect.stringContaining(said) as string }]);
    expect(curves.evaluations).toEqual([]);
  });

  it('halves its micro-batch when memory runs out, until a step fits, and says so at each', async () => {
    const { run, curves } = await train('fits by four', full, 'start.config.microBatch === 0 || start.config.microBatch > 4');
    expect(run).toMatchObject({ state: 'finished', backend: 'a card, by 4', error: null });
    expect(curves.messages.filter(({ level }) => level === 'warning')).toEqual([8, 4].map((images) => ({ step: 10, level: 'warning', text: `The GPU's memory is full. That was at step 12. Training goes on from the last checkpoint by micro-batches of ${images} images.` })));
  });

  it('goes on on the processor when not even one image fits', async () => {
    const { run, curves } = await train('fits never', full);
    expect(run).toMatchObject({ state: 'finished', backend: 'the processor', error: null });
    const said = curves.messages.filter(({ level }) => level === 'warning').map(({ text }) => text.replace(/^.*from the last checkpoint /, ''));
    expect(said).toEqual(['by micro-batches of 8 images.', 'by micro-batches of 4 images.', 'by micro-batches of 2 images.', 'by micro-batches of 1 image.', 'on the processor. Lower the micro-batch.']);
  });

  it('fails like any other when the processor fails too', async () => {
    const { run } = await train('fails twice', lost, 'true');
    expect(run).toMatchObject({ state: 'failed', error: { code: 'GPU_LOST' } });
  });
});
