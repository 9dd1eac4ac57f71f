import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estimate, EstimateEvent, Measuring, TrainingPlan } from '../../../src-main/contract/estimate';
import { inheritedFrom } from '../../../src-main/contract/fine-tuning';
import { tensorflowDirectory } from '../../../src-main/model/backend-files';
import { buildChildren, eventsUntil, isState, quiet, removeChildren, run, smallResources, type Running } from './built-engine';

let resources: string;
let folder: string;
let library: string;
let engine: Running;
let collection: number;
const tiny = { preset: 'tiny', threads: 1, backend: 'tensorflow' };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-launch-'));
  // What this machine is found to take is found anew; TensorFlow stays where it is.
  process.env.GLYPHSCOPE_TENSORFLOW ||= tensorflowDirectory('cpu');
  process.env.XDG_CACHE_HOME = join(folder, 'cache');
  library = join(folder, 'library');
  await buildChildren();
  resources = await smallResources();
  engine = await run(library, { firstLaunch: true });
  await quiet(engine);
  collection = (await engine.client.collections.list())[0].id;
});
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  for (const one of [folder, resources]) rmSync(one, { recursive: true, force: true });
});

async function estimateOf(plan: Partial<TrainingPlan> = {}, measure: Measuring = 'no'): Promise<{ estimate: Estimate; phases: string[] }> {
  const events: EstimateEvent[] = [];
  for await (const event of await engine.client.runs.estimate({ collection, config: tiny, ...plan, measure })) events.push(event);
  const last = events.at(-1)!;
  if (!('estimate' in last)) throw new Error('no estimate');
  return { estimate: last.estimate, phases: events.flatMap((event) => ('progress' in event ? [event.progress.phase] : [])) };
}
const part = ({ parts }: Estimate, name: string) => parts.find((one) => one.part === name)!;

describe('an estimate', () => {
  it('names what is not cached, and makes up no time', async () => {
    const { estimate } = await estimateOf();
    expect(estimate).toMatchObject({ rehearsal: null, seconds: null, beginning: 'prepared', memory: { training: null }, disk: { checkpoints: null } });
    expect(estimate.missing.views).toBe(estimate.images + estimate.heldOut);
    expect(part(estimate, 'features')).toMatchObject({ count: 4 * estimate.missing.views + estimate.missing.clean, timed: 0, seconds: null });
    expect(part(estimate, 'steps')).toMatchObject({ count: 20, timed: 0, seconds: null });
    expect(estimate.disk.features).toBe(4 * 256 * (4 * estimate.missing.views + estimate.missing.clean));
  });

  it('that is cancelled leaves nothing behind and keeps nothing', async () => {
    const stop = new AbortController();
    const events = await engine.client.runs.estimate({ collection, config: tiny, measure: 'missing' }, { signal: stop.signal });
    const read = (async () => {
      for await (const event of events) if ('progress' in event && event.progress.phase !== 'looking') stop.abort();
    })();
    await expect(read).rejects.toThrow();
    await expect.poll(() => readdirSync(join(library, 'rehearsals'))).toEqual([]);
    expect((await estimateOf()).estimate.rehearsal).toBeNull();
  });

  it('is measured in a process of its own, and kept', async () => {
    const { estimate, phases } = await estimateOf({}, 'missing');
    expect(phases).toContain('timing steps');
    expect(estimate.rehearsal?.steps).toBeGreaterThan(4);
    expect(estimate.seconds!.low).toBeGreaterThan(0);
    expect(estimate.memory.training!.low).toBeGreaterThan(50e6);
    expect(readdirSync(join(library, 'rehearsals'))).toEqual([]);
    const again = await estimateOf({ config: { ...tiny, steps: 4000, seed: 5, learningRate: 0.01 } }, 'missing');
    expect(again.estimate.rehearsal).toEqual(estimate.rehearsal); // these change how often, or a factor
    expect(part(again.estimate, 'steps').seconds!.low).toBeCloseTo(200 * part(estimate, 'steps').seconds!.low);
    expect((await estimateOf({ config: { ...tiny, width: 32 } })).estimate.rehearsal).toBeNull();
  });

  it('has what the run then takes: checkpoints to the byte, and a start that is kept', async () => {
    const { estimate } = await estimateOf();
    const { id } = await engine.client.runs.start({ name: 'Source', collection, config: tiny });
    expect((await eventsUntil(engine, id, isState('finished', 'failed'))).at(-1)).toMatchObject({ state: 'finished' });
    await quiet(engine, 'encode');
    const after = (await estimateOf()).estimate;
    expect(after).toMatchObject({ beginning: 'kept', missing: { images: 0 }, disk: { features: 0 } });
    const prepared = after.disk.checkpoints! - estimate.disk.checkpoints!;
    const written = readdirSync(join(library, 'runs', String(id), 'checkpoints')).map((step) => join(library, 'runs', String(id), 'checkpoints', step));
    const bytes = written.flatMap((step) => readdirSync(step).map((name) => readFileSync(join(step, name)).length)).reduce((a, b) => a + b, 0);
    expect(prepared).toBeLessThan(0); // it is not kept once more
    expect(Math.abs(after.disk.checkpoints! - bytes)).toBeLessThan(0.02 * bytes);
  });

  it('is refused as the start would be, naming the field', async () => {
    const refused = (plan: Partial<TrainingPlan>) => estimateOf(plan).then(() => null, (error: { data: unknown }) => error.data);
    expect(await refused({ config: { ...tiny, microBatch: 3 } })).toMatchObject({ code: 'INVALID_INPUT', subject: 'microBatch' });
    expect(await refused({ config: { ...tiny, batch: 4000 } })).toMatchObject({ code: 'COLLECTION_TOO_SMALL' });
    expect(await refused({ config: { ...tiny, featureTokens: 25 } })).toMatchObject({ code: 'INVALID_INPUT', subject: 'featureTokens' });
    expect(await refused({ selection: { query: 'label:' } })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a run that begins with the weights of another', () => {
  it('takes the shape from them, keeps where it began and its own copy', async () => {
    const source = (await engine.client.runs.list()).find(({ name }) => name === 'Source')!;
    const { id } = await engine.client.runs.start({ name: 'Tuned', collection, config: { preset: 'small', threads: 1, backend: 'tensorflow', steps: 5, evaluateEvery: 0, batch: 16 }, from: { run: source.id } });
    const events = await eventsUntil(engine, id, isState('finished', 'failed'));
    expect(events.at(-1)).toMatchObject({ state: 'finished', step: 5 });
    const { messages } = await engine.client.runs.curves({ run: id });
    expect(messages).toContainEqual({ step: 0, level: 'info', text: 'It begins with the weights of "Source" at step 20.' });
    const tuned = await engine.client.runs.get({ run: id });
    expect(tuned.startedFrom).toEqual({ run: source.id, name: 'Source', step: 20 });
    expect(tuned.config).toMatchObject({ ...inheritedFrom(source.config), preset: 'small', steps: 5 });
    expect(existsSync(join(library, 'runs', String(id), 'start/checkpoints/step-20/weights.safetensors'))).toBe(true);
    expect(existsSync(join(library, 'runs', String(id), 'start/checkpoints/step-20/optimizer.safetensors'))).toBe(false);
  });

  it('can begin with an older checkpoint, and is estimated without a preparation', async () => {
    const source = (await engine.client.runs.list()).find(({ name }) => name === 'Source')!;
    const { estimate } = await estimateOf({ from: { run: source.id, step: 10 } });
    expect(estimate.beginning).toBe('weights');
    expect(part(estimate, 'preparation')).toMatchObject({ count: 0 });
  });

  it('is refused by the name of the field, the run or the step', async () => {
    const source = (await engine.client.runs.list()).find(({ name }) => name === 'Source')!;
    const refused = (config: Record<string, unknown>, from: { run: number; step?: number }) => engine.client.runs.start({ name: 'No', collection, config: { ...tiny, ...config }, from }).then(() => null, (error: { data: unknown }) => error.data);
    expect(await refused({ vocabulary: 32 }, { run: source.id })).toMatchObject({ code: 'INVALID_INPUT', subject: 'vocabulary', message: 'vocabulary = 32, but the weights of "Source" are for vocabulary = 16.' });
    expect(await refused({ teacher: 'dino' }, { run: source.id })).toMatchObject({ code: 'INVALID_INPUT', subject: 'teacher' });
    expect(await refused({}, { run: source.id, step: 7 })).toMatchObject({ code: 'NOT_FOUND', message: 'The run "Source" has no checkpoint of step 7.' });
    expect(await refused({}, { run: 999 })).toMatchObject({ code: 'NOT_FOUND' });
    expect((await engine.client.runs.list()).map(({ name }) => name)).not.toContain('No');
  });
});
