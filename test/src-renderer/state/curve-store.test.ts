import { describe, expect, it } from 'vitest';
import { addRow, emptyColumns } from '../../../src-main/contract/curves';
import type { AlarmEvent, StepEvent } from '../../../src-main/contract/runs';
import { CurveStore } from '../../../src-renderer/state/curve-store.svelte';

const step = (number: number, loss = number): StepEvent => ({
  type: 'step', step: number, epoch: number / 100, seconds: number, loss, lossByPrefix: [loss, loss / 2], teacherEntropy: 5, kl: 1,
  usage: [1, 0.5], perplexity: [100, 50], quantizerTemperature: 1, learningRate: 0.001, gradientNorm: 2, stepsPerSecond: 4, etaSeconds: 10,
});
const evaluation = (number: number) => ({ type: 'evaluation' as const, step: number, knnTop1: { '1': 0.4, '8': 0.6, '2': 0.5 }, teacher: 0.64 });

const stretch = (steps: readonly StepEvent[], stride = 1) => {
  const columns = emptyColumns(0);
  for (const event of steps) addRow(columns, event);
  return { stride, columns };
};

describe('CurveStore', () => {
  it('holds the stored history and then what is appended', () => {
    const store = new CurveStore();
    store.load({ steps: [step(2)], evaluations: [evaluation(2)], alarms: [] }, stretch([step(1), step(2)]));
    store.append([step(3), step(4)]);
    expect(store.scalars(['loss']).x).toEqual([1, 2, 3, 4]);
    expect(store.list('lossByPrefix').y).toEqual([[1, 2, 3, 4], [0.5, 1, 1.5, 2]]);
    expect(store.lastStep).toBe(4);
    expect(store.length).toBe(2);
  });

  it('orders prefixes as numbers and puts the teacher last', () => {
    const store = new CurveStore();
    store.append([evaluation(10)]);
    const { prefixes, data } = store.accuracy('knn');
    expect(prefixes).toEqual(['1', '2', '8']);
    expect(data.y).toEqual([[0.4], [0.5], [0.6], [0.64]]);
    expect(store.lastStep).toBe(10);
  });

  it('forgets what came after a checkpoint that the run went back to', () => {
    const store = new CurveStore();
    store.append([step(1), step(2), evaluation(2), step(3), evaluation(3), step(4)]);
    store.append([step(3, 99)]);
    expect(store.scalars(['loss']).x).toEqual([1, 2, 3]);
    expect(store.scalars(['loss']).y[0]).toEqual([1, 2, 99]);
    expect(store.accuracy('knn').data.x).toEqual([2]);
  });

  it('takes the same events twice without doubling them', () => {
    const once = new CurveStore();
    const twice = new CurveStore();
    const events = [step(1), step(2), evaluation(2), step(3)];
    once.append(events);
    twice.append(events);
    twice.append([step(3)]);
    expect({ ...twice.scalars(['loss', 'kl']), revision: 0 }).toEqual({ ...once.scalars(['loss', 'kl']), revision: 0 });
    expect(twice.accuracy('knn')).toEqual(once.accuracy('knn'));
  });

  it('halves a history that grows beyond its room, says so, and keeps the extremes and the newest step', () => {
    const store = new CurveStore(100);
    const loss = (i: number) => (i === 333 ? -5 : i === 512 ? 5000 : i);
    for (let i = 1; i <= 1000; i++) store.append([step(i, loss(i))]);
    const { x, y } = store.scalars(['loss']);
    expect(x.length).toBeLessThanOrEqual(100);
    expect(x.length).toBeGreaterThan(40);
    expect(store.last?.step).toBe(1000);
    expect(x[x.length - 1]).toBe(1000);
    expect([Math.min(...(y[0] as number[])), Math.max(...(y[0] as number[]))]).toEqual([-5, 5000]);
    expect(store.strideIn()).toBeGreaterThan(8);
    for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThan(x[i - 1]);
  });

  it('is refined where one looks closer, and knows which stretches are still coarse', () => {
    const store = new CurveStore();
    const all = Array.from({ length: 100 }, (_, i) => step(i + 1));
    store.load({ steps: [all[99]], evaluations: [], alarms: [] }, stretch(all.filter((_, i) => i % 10 === 0 || i % 10 === 9), 10));
    store.append([step(101)]);
    expect([store.strideIn(), store.strideIn(40, 60), store.strideIn(100.5, 101)]).toEqual([10, 10, 1]);
    const before = store.scalars(['loss']).revision;
    store.refine(stretch(all.slice(30, 70)));
    const { x, revision } = store.scalars(['loss']);
    expect(revision).not.toBe(before);
    expect([store.strideIn(40, 60), store.strideIn()]).toEqual([1, 10]);
    expect(x.filter((value) => value > 30 && value <= 70)).toEqual(all.slice(30, 70).map((event) => event.step));
    for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThan(x[i - 1]);
    expect(x[x.length - 1]).toBe(101);
  });

  it('places steps by epoch and time, between those that are known', () => {
    const store = new CurveStore();
    store.append([step(10), step(20), evaluation(15)]); // a second a step
    expect(store.place(15, 'seconds')).toBeCloseTo(15);
    expect(store.place(5, 'epoch')).toBeCloseTo(0.05);
    expect(store.stepAt(0.15, 'epoch')).toBeCloseTo(15);
    expect(store.scalars(['loss'], 'epoch').x).toEqual([0.1, 0.2]);
    expect(store.accuracy('knn', 'seconds').data.x[0]).toBeCloseTo(15);
  });

  it('has a gap where old steps tell no memory, and no line of a linear probe from old evaluations', () => {
    const store = new CurveStore();
    store.append([step(1), { ...step(2), memoryBytes: 5 }, evaluation(2)]);
    expect(store.scalars(['memoryBytes']).y[0]).toEqual([null, 5]);
    expect(store.accuracy('linear').data.x).toEqual([]);
    store.append([{ ...evaluation(3), linearTop1: { '1': 0.5 }, teacherLinear: 0.9 }]);
    expect(store.accuracy('linear').data).toMatchObject({ x: [3], y: [[0.5], [0.9]] });
  });

  it('replaces the history of another run', () => {
    const store = new CurveStore();
    store.append([step(5), evaluation(5)]);
    store.load({ steps: [step(1)], evaluations: [], alarms: [] }, stretch([step(1)]));
    expect(store.scalars(['loss']).x).toEqual([1]);
    expect(store.accuracy('knn').data.x).toEqual([]);
    expect(store.strideIn()).toBe(1);
  });

  it('keeps alarms, tells which are not over, and forgets those after the checkpoint that a run goes on from', () => {
    const alarm = (at: number, cause: AlarmEvent['cause'], raised = true): AlarmEvent => ({ type: 'alarm', step: at, cause, raised, positions: [], text: '', remedies: [] });
    const store = new CurveStore();
    store.load({ steps: [step(2)], evaluations: [], alarms: [alarm(2, 'diverging')] }, stretch([step(1), step(2)]));
    store.append([alarm(2, 'diverging'), alarm(3, 'few-symbols'), step(4), alarm(4, 'diverging', false)]); // the first comes twice
    expect(store.alarms.map(({ step: at, cause, raised }) => [at, cause, raised])).toEqual([[2, 'diverging', true], [3, 'few-symbols', true], [4, 'diverging', false]]);
    expect(store.standing.map(({ cause }) => cause)).toEqual(['few-symbols']);
    store.append([step(3)]);
    expect(store.standing.map(({ cause }) => cause)).toEqual(['diverging']);
  });
});
