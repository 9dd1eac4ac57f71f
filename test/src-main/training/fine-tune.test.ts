import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestCheckpoint, writeCheckpoint } from '../../../src-main/training/checkpoint';
import { onlyForTraining } from '../../../src-main/model/student';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions } from './small-training';

let folder = '';
beforeEach(() => (folder = temporaryFolder('fine-tune')));
afterEach(() => removeFolder(folder));

const run = (name: string) => join(folder, name);
const train = (name: string, changes: Record<string, unknown> = {}, o: Parameters<typeof trainOptions>[2] = {}) => eventsOf(trainOptions(run(name), { channels: 4, steps: 4, checkpointEvery: 4, evaluateEvery: 0, ...changes }, o));
const checkpoint = async (name: string) => (await newestCheckpoint(run(name)))!;

describe('a run that begins with the weights of another', () => {
  it('has them all before its first step, and optimizer and schedules of its own', async () => {
    await train('source');
    const source = await checkpoint('source');
    // With a learning rate of 0 and a teacher that does not follow, a step leaves the weights as they were.
    await train('tuned', { steps: 1, learningRate: 0, teacherMomentum: 1, centreMomentum: 1, seed: 5 }, { from: run('source') });
    const tuned = await checkpoint('tuned');
    expect(tuned.weights).toEqual(source.weights);
    expect(tuned.state).toMatchObject({ step: 1 });
    expect(tuned.optimizer).not.toEqual(source.optimizer);
  });

  it('prepares nothing, so that a folder of prepared starts stays as it is', async () => {
    await train('source');
    const events = await train('tuned', {}, { from: run('source'), prepared: { directory: join(folder, 'prepared'), backend: 'test' } });
    expect(events.filter((event) => event.type === 'message')).toEqual([]);
    await expect(newestCheckpoint(join(folder, 'prepared'))).resolves.toBeNull();
  });

  it.each(['gumbel', 'vector'])('can begin with weights that only describe (%s)', async (quantizer) => {
    await train('source', { quantizer });
    const { manifest, weights } = await checkpoint('source');
    await writeCheckpoint(run('small'), { ...manifest, weights: weights.filter(({ name }) => !onlyForTraining(name)) });
    const events = await train('tuned', { quantizer }, { from: run('small') });
    expect(events.at(-1)).toMatchObject({ state: 'finished', step: 4 });
  });

  it('is resumed from its own checkpoint, not from those weights', async () => {
    await train('source');
    await train('tuned', { steps: 4 }, { from: run('source') });
    const events = await train('tuned', { steps: 4 }, { from: run('source'), resume: true });
    expect(events).toContainEqual({ type: 'message', step: 4, level: 'info', text: 'Going on from the checkpoint of step 4.' });
  });

  it('is refused with weights of another teacher, of another shape, or with none', async () => {
    await train('source');
    await expect(train('other teacher', {}, { from: run('source'), teacher: 'another' })).rejects.toMatchObject({ code: 'INVALID_INPUT', subject: 'teacher' });
    await expect(train('wider', { width: 16 }, { from: run('source') })).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED', message: expect.stringMatching(/^The weight .* has the shape .*, expected /) as string });
    await expect(train('none', {}, { from: run('nothing') })).rejects.toMatchObject({ code: 'RUN_NOT_TRAINED' });
  });
});
