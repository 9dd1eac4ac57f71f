import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quantizerName } from '../../../src-main/contract/config';
import type { AlarmEvent, TrainingEvent } from '../../../src-main/contract/runs';
import { checkpointSteps } from '../../../src-main/training/checkpoint';
import type { TrainOptions } from '../../../src-main/training/train';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import '../model/started-backend';
import { eventsOf, trainOptions, width } from './small-training';

let folder = '';
beforeEach(() => (folder = temporaryFolder('collapse')));
afterEach(() => removeFolder(folder));

const watched = (changes: Record<string, unknown> = {}): TrainOptions => trainOptions(folder, { steps: 300, evaluateEvery: 0, checkpointEvery: 10_000, warmup: 20, ...changes });
const alarmsOf = (events: TrainingEvent[]): AlarmEvent[] => events.filter((event) => event.type === 'alarm');
const causes = (events: TrainingEvent[], until = Infinity) => new Set(alarmsOf(events).flatMap(({ cause, raised, step }) => (raised && step <= until ? [cause] : [])));
/** The loss and the descriptor of the paper. */
const paperLike = { descriptor: 'autoregressive', crossView: false, projectionWeight: 1, alignmentWeight: 0, gumbelNoise: 1 };

/** From `step` on every image of a batch of 8 is the same. */
function imagesAlikeFrom(o: TrainOptions, step: number): TrainOptions {
  let batches = 0;
  const same = new Float32Array(8 * 2 * width).fill(1);
  return { ...o, views: { ...o.views, gather: (slots) => (slots.length === 8 && ++batches > step ? same : o.views.gather(slots)) } };
}

describe('a training that collapses raises its alarm within 200 steps', () => {
  it('an absurd learning rate: few symbols are left', async () => {
    const events = await eventsOf(watched({ ...paperLike, learningRate: 1 }));
    expect(causes(events, 200)).toContain('few-symbols');
  });

  it('no noise and hard choices from the first step: few symbols are ever tried', async () => {
    const events = await eventsOf(watched({ ...paperLike, gumbelNoise: 0, gumbelTemperatureStart: 0.01, gumbelTemperatureEnd: 0.01 }));
    expect(causes(events, 200)).toContain('few-symbols');
    expect(alarmsOf(events)[0].remedies.map(({ field }) => field)).toContain('gumbelNoise');
  });

  it('a softmax that is hard from the first step, as the SS of the paper becomes: few symbols are left', async () => {
    const events = await eventsOf(watched({ ...paperLike, quantizer: 'sharpened', sharpenedTemperatureStart: 0.02, sharpenedTemperatureEnd: 0.01, learningRate: 0.01 }));
    expect(causes(events, 200)).toContain('few-symbols');
  });

  it('a teacher as soft as can be: uniform', async () => {
    const events = await eventsOf(watched({ teacherTemperatureStart: 0.99, teacherTemperature: 0.99, studentTemperature: 1 }));
    expect(causes(events, 200)).toEqual(new Set(['uniform-teacher']));
  });

  it('images that are all alike from step 120 on: one description', async () => {
    const events = await eventsOf(imagesAlikeFrom(watched({ steps: 330 }), 120));
    const [first] = alarmsOf(events).filter(({ cause }) => cause === 'one-description');
    expect(alarmsOf(events)[0].step).toBeGreaterThan(120);
    expect(first.step).toBeGreaterThan(120);
    expect(first.step).toBeLessThanOrEqual(320);
  });

  it('numbers that are none: at once, before the training fails', async () => {
    const broken = watched();
    let batches = 0;
    const views = { ...broken.views, gather: (slots: ArrayLike<number>) => (slots.length === 8 && ++batches > 12 ? new Float32Array(8 * 2 * width).fill(NaN) : broken.views.gather(slots)) };
    const events: TrainingEvent[] = [];
    await expect(eventsOf({ ...broken, views }, (event) => events.push(event))).rejects.toMatchObject({ code: 'LOSS_NOT_FINITE' });
    expect(alarmsOf(events)).toMatchObject([{ cause: 'not-finite', step: 13 }]);
  });
});

describe('a training that does not collapse raises none', () => {
  for (const quantizer of quantizerName.options) it(`residual, ${quantizer}`, async () => expect(alarmsOf(await eventsOf(watched({ quantizer })))).toEqual([]));
  for (const [name, changes] of Object.entries({ 'the full projection loss': { projectionWeight: 1, gumbelNoise: 1 }, 'one symbol': { length: 1 }, 'no projection': { projectionWeight: 0 }, 'a small vocabulary': { vocabulary: 4 } }))
    it(name, async () => expect(alarmsOf(await eventsOf(watched(changes)))).toEqual([]));
});

describe('what an alarm does', () => {
  const collapsing = { ...paperLike, learningRate: 1 };

  it('warn: it goes on to its end', async () => {
    const events = await eventsOf(watched(collapsing));
    expect(events[events.length - 1]).toEqual({ type: 'state', state: 'finished', step: 300, error: null });
  });

  it('stop: it ends with a checkpoint, and the reason stays with the state', async () => {
    const events = await eventsOf(watched({ ...collapsing, onCollapse: 'stop' }));
    const [alarm] = alarmsOf(events);
    expect(events[events.length - 1]).toMatchObject({ type: 'state', state: 'stopped', step: alarm.step, error: { code: 'COLLAPSED', subject: alarm.cause, message: expect.stringContaining(alarm.text) as string } });
    expect(await checkpointSteps(folder)).toEqual([alarm.step]);
  });

  it('resumed all the same, it goes on, and the same alarm is not told again', async () => {
    const [first] = alarmsOf(await eventsOf(watched({ ...collapsing, onCollapse: 'stop' })));
    const events = await eventsOf({ ...watched({ ...collapsing, onCollapse: 'stop' }), resume: true });
    expect(alarmsOf(events).filter(({ cause, raised }) => raised && cause === first.cause)).toEqual([]);
  });

  it('it changes nothing of what is trained', async () => {
    const { newestCheckpoint } = await import('../../../src-main/training/checkpoint');
    await eventsOf(watched({ steps: 25, collapseShare: 1 }));
    const one = await newestCheckpoint(folder);
    const other = temporaryFolder('unwatched');
    await eventsOf({ ...watched({ steps: 25, collapseShare: 0 }), runDirectory: other });
    expect((await newestCheckpoint(other))!.weights).toEqual(one!.weights);
    removeFolder(other);
  });
});
