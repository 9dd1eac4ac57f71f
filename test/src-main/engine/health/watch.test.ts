import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TrainingConfig } from '../../../../src-main/contract/config';
import { newRunParameters, worstFinding, type Finding } from '../../../../src-main/contract/health';
import { presetConfig, resolveConfig } from '../../../../src-main/contract/presets';
import { collapseCause, trainingEvent, type AlarmEvent, type StepEvent, type TrainingEvent } from '../../../../src-main/contract/runs';
import { findingsOf, HealthWatch } from '../../../../src-main/engine/health/watch';

const config = resolveConfig({ steps: 10_000, patience: 1000 });
const lnP = Math.log(config.projectorOutputs);
const images = 50_000;

function step(at: number, change: Partial<StepEvent> = {}, of: TrainingConfig = config): StepEvent {
  return {
    type: 'step', step: at, epoch: (at * of.batch) / images, seconds: at, loss: 1 / (1 + at / 2000), lossByPrefix: [], teacherEntropy: 0.9 * lnP, kl: 0.5,
    usage: Array<number>(of.length).fill(0.98), perplexity: [], quantizerTemperature: 1, learningRate: of.learningRate, gradientNorm: 0.2, stepsPerSecond: 2, etaSeconds: 1, ...change,
  };
}
/** Steps `from` to `to`, every tenth. */
const steps = (from: number, to: number, change: (at: number) => Partial<StepEvent> = () => ({})) => Array.from({ length: (to - from) / 10 }, (_, i) => step(from + 10 * i, change(from + 10 * i)));
const evaluation = (at: number, top1: number): TrainingEvent => ({ type: 'evaluation', step: at, knnTop1: { '1': 0.9, '8': top1 }, teacher: 0.6 });
const alarm = (at: number, change: Partial<AlarmEvent> = {}): AlarmEvent => ({ type: 'alarm', step: at, cause: 'few-symbols', raised: true, positions: [3], text: 'Position 3 is worth 2 symbols of 128.', remedies: [], ...change });
const told = (events: Iterable<TrainingEvent>, of = config) => findingsOf(of, events).map(({ id, raisedAt, overAt }) => ({ id, raisedAt, overAt }));

describe('a healthy training', () => {
  it('suffers from nothing: the run that comes with the app', () => {
    const events = readFileSync('resources/run/log.jsonl', 'utf8').trim().split('\n').map((line) => trainingEvent.parse(JSON.parse(line)));
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(400);
    expect(findingsOf(presetConfig('small'), events)).toEqual([]);
  });

  it('suffers from nothing while it gets better', () => {
    expect(told(steps(10, 10_000))).toEqual([]);
  });
});

describe('a collapse', () => {
  it('stands from its alarm to the end of it, and says what to change to', () => {
    const watch = new HealthWatch({ ...config, alignmentWeight: 0 });
    expect(watch.add(alarm(300)).map(({ title }) => title)).toEqual(['few symbols in use']);
    expect(watch.add(alarm(310, { positions: [2, 3], text: 'Positions 2 and 3 …' }))).toEqual([]);
    expect(watch.findings).toMatchObject([{ id: 'collapse few-symbols', severity: 'serious', raisedAt: 300, overAt: null, seen: 'Positions 2 and 3 …' }]);
    expect(watch.findings[0].remedies).toContainEqual({ text: expect.stringContaining('set it to 1') as string, change: { field: 'alignmentWeight', value: 1 } });
    watch.add(alarm(400, { raised: false, positions: [2, 3], text: 'Over.' }));
    expect(watch.findings).toMatchObject([{ raisedAt: 300, overAt: 400 }]);
    watch.add(alarm(500));
    expect(watch.findings).toMatchObject([{ overAt: 400 }, { raisedAt: 500, overAt: null }]);
  });

  it('every value that is advised makes a config that may be trained', () => {
    for (const preset of ['tiny', 'small', 'base', 'paper'] as const)
      for (const quantizer of ['gumbel', 'vector', 'sharpened'] as const)
        for (const cause of collapseCause.options) {
          const of = resolveConfig({ preset, quantizer, descriptor: 'autoregressive', learningRate: 0.002, gumbelTemperatureStart: 0.2, gumbelTemperatureEnd: 0.1, sharpenedTemperatureStart: 0.2 });
          const [{ remedies }] = findingsOf(of, [alarm(300, { cause })]);
          for (const { change } of remedies) if (change) expect(resolveConfig({ ...of, [change.field]: change.value })[change.field]).not.toBe(of[change.field]);
        }
  });
});

it('a loss that is no number is told by the alarm and by the failure, once, and is over when the run goes on', () => {
  const failure: TrainingEvent = { type: 'state', state: 'failed', step: 320, error: { code: 'LOSS_NOT_FINITE', message: 'The loss was not a finite number at step 320.' } };
  const on: TrainingEvent = { type: 'state', state: 'training', step: 200, error: null };
  expect(told([alarm(320, { cause: 'not-finite', positions: [] }), failure])).toEqual([{ id: 'not-finite', raisedAt: 320, overAt: null }]);
  expect(told([failure])).toEqual([{ id: 'not-finite', raisedAt: 320, overAt: null }]);
  expect(told([failure, on])).toEqual([{ id: 'not-finite', raisedAt: 320, overAt: 200 }]);
});

describe('dead symbols', () => {
  const dead = (at: number) => ({ usage: [0.98, at >= 500 && at < 1000 ? 0.3 : 0.98, ...Array<number>(6).fill(0.98)] });

  it('are told after 50 steps at a position, with what even use would show, and are over', () => {
    const [finding] = findingsOf(config, steps(10, 2000, dead));
    expect(finding).toMatchObject({ id: 'dead-symbols', severity: 'attention', raisedAt: 550, overAt: 1000 });
    expect(finding.seen).toBe('Position 2 wrote 38 of the 128 symbols in the last steps; with even use it would be 128.');
    expect(finding.remedies).toContainEqual({ text: expect.any(String) as string, change: { field: 'vocabulary', value: 64 } });
  });

  it('are measured by what so few images can show', () => {
    const few = resolveConfig({ vocabulary: 4096, batch: 16, views: 2, patience: 0 });
    const seen = 1 - Math.exp((-16 * 2 * 16) / 4096);
    expect(told(steps(10, 1000, () => ({ usage: Array<number>(8).fill(0.9 * seen) })), few).map(({ id }) => id)).not.toContain('dead-symbols');
  });

  it('are not told beside the collapse that they follow from', () => {
    expect(told([...steps(10, 510, dead), alarm(510), ...steps(520, 900, dead)])).toEqual([{ id: 'collapse few-symbols', raisedAt: 510, overAt: null }]);
  });
});

describe('the teacher entropy', () => {
  it('is told when it stays near ln P or near zero, not in passing', () => {
    const at = (share: number) => (s: number) => ({ teacherEntropy: (s >= 600 && s < 800 ? share : 0.9) * lnP });
    expect(told(steps(10, 1000, at(0.99)))).toEqual([{ id: 'teacher-entropy', raisedAt: 650, overAt: 800 }]);
    expect(findingsOf(config, steps(10, 1000, at(0.02)))[0]).toMatchObject({ title: 'teacher entropy near zero', remedies: [{ change: { field: 'teacherTemperature', value: 0.09 } }] });
    expect(told(steps(10, 1000, (s) => ({ teacherEntropy: (s === 600 ? 0.99 : 0.9) * lnP })))).toEqual([]);
  });

  it('is nothing where the projection has no weight', () => {
    expect(told(steps(10, 1000, () => ({ teacherEntropy: 0 })), { ...config, projectionWeight: 0 })).toEqual([]);
  });
});

describe('no progress', () => {
  const flat = (at: number) => ({ loss: at < 3000 ? 1 - at / 10_000 : 0.7 });

  it('is told after `patience` steps without a better loss, with what to do, and is over when it gets better', () => {
    const [finding] = findingsOf(config, steps(10, 6000, flat));
    expect(finding).toMatchObject({ id: 'no-progress', title: 'no progress in 1,000 steps', overAt: null });
    expect(finding.raisedAt).toBeGreaterThan(3500);
    expect(finding.raisedAt).toBeLessThan(4300);
    expect(finding.remedies.map(({ change }) => change?.field ?? null)).toEqual([null, 'learningRate', 'steps', 'vocabulary']);
    const again = findingsOf(config, steps(10, 8000, (at) => (at < 6000 ? flat(at) : { loss: 0.7 - (at - 6000) / 10_000 })));
    expect(again).toHaveLength(1);
    expect(again[0].overAt).toBeGreaterThan(6000);
  });

  it('is not told while k-NN gets better, at the end of a run, or without patience', () => {
    const better = steps(10, 6000, flat).flatMap((event) => [event, ...(event.step % 500 === 0 ? [evaluation(event.step, 0.4 + event.step / 50_000)] : [])]);
    expect(told(better)).toEqual([]);
    expect(told(steps(10, 6000, flat), { ...config, steps: 4500 })).toEqual([]);
    expect(told(steps(10, 6000, flat), { ...config, patience: 0 })).toEqual([]);
  });
});

describe('few images', () => {
  it('are told at the first step, for the symbols and for the steps, with values that suit them', () => {
    const of = resolveConfig({ steps: 10_000, vocabulary: 512, patience: 0 });
    const [finding] = findingsOf(of, [step(1, { epoch: 64 / 1000 }, of)]);
    expect(finding).toMatchObject({ id: 'little-data', raisedAt: 1, overAt: null });
    expect(finding.seen).toBe('There are 1,000 images for 512 symbols, 2.0 for each, and 10,000 steps see each of the 1,000 images 640 times.');
    expect(finding.remedies.map(({ change }) => change)).toEqual([null, { field: 'vocabulary', value: 64 }, { field: 'steps', value: 1562 }]);
  });
});

describe('slower than at the start', () => {
  const busy = (at: number) => ({ stepsPerSecond: at >= 1000 && at < 2000 ? 0.7 : 2 });

  it('is told when the last half minute was, and is over when it is faster again or does not train', () => {
    const [finding] = findingsOf(config, Array.from({ length: 3000 }, (_, i) => step(i + 1, busy(i + 1))));
    expect(finding).toMatchObject({ id: 'slower', seen: 'It makes 0.70 steps a second now and made 2.0 at the start.' });
    expect(finding.raisedAt).toBeGreaterThan(1010);
    expect(finding.overAt).toBeGreaterThan(2000);
    const stopped = [...Array.from({ length: 1500 }, (_, i) => step(i + 1, busy(i + 1))), { type: 'state', state: 'stopped', step: 1500, error: null } as const];
    expect(findingsOf(config, stopped)[0].overAt).toBe(1500);
  });

  it('compares with the same backend only', () => {
    const events = Array.from({ length: 600 }, (_, i): TrainingEvent[] => [...(i === 300 ? [{ type: 'backend', name: 'cpu', description: 'JavaScript' } as const] : []), step(i + 1, { stepsPerSecond: i < 300 ? 20 : 1 })]).flat();
    expect(told(events)).toEqual([]);
  });
});

it('the worst that stands is what a list shows, with how many stand', () => {
  const finding = (change: Partial<Finding>): Finding => ({ id: 'x', kind: 'slower', severity: 'attention', title: 'slow', raisedAt: 5, overAt: null, seen: '', cause: '', remedies: [], ...change });
  expect(worstFinding([])).toBeNull();
  expect(worstFinding([finding({ overAt: 7 })])).toBeNull();
  expect(worstFinding([finding({}), finding({ kind: 'collapse', severity: 'serious', title: 'few symbols', raisedAt: 9 }), finding({ kind: 'not-finite', severity: 'serious', overAt: 3 })])).toEqual({
    kind: 'collapse', severity: 'serious', title: 'few symbols', raisedAt: 9, standing: 2,
  });
});

it('a new run with changes has an address that names the run and the fields', () => {
  expect(newRunParameters(7, [{ field: 'learningRate', value: 0.0001 }, { field: 'straightThrough', value: false }])).toEqual({ like: '7', learningRate: '0.0001', straightThrough: 'false' });
});
