import { describe, expect, it } from 'vitest';
import type { AlarmEvent, StepEvent } from '../../../src-main/contract/runs';
import { CurveStore } from '../../../src-renderer/state/curve-store.svelte';

const step = (number: number, loss = number): StepEvent => ({
  type: 'step', step: number, epoch: number / 100, seconds: number, loss, lossByPrefix: [loss, loss / 2], teacherEntropy: 5, kl: 1,
  usage: [1, 0.5], perplexity: [100, 50], quantizerTemperature: 1, learningRate: 0.001, gradientNorm: 2, stepsPerSecond: 4, etaSeconds: 10,
});
const evaluation = (number: number) => ({ type: 'evaluation' as const, step: number, knnTop1: { '1': 0.4, '8': 0.6, '2': 0.5 }, teacher: 0.64 });

describe('CurveStore', () => {
  it('holds the stored history and then what is appended', () => {
    const store = new CurveStore();
    store.load({ run: 1, stride: 1, steps: [step(1), step(2)], evaluations: [evaluation(2)], alarms: [], messages: [] });
    store.append([step(3), step(4)]);
    expect(store.scalars('loss').x).toEqual([1, 2, 3, 4]);
    expect(store.list('lossByPrefix').y).toEqual([[1, 2, 3, 4], [0.5, 1, 1.5, 2]]);
    expect(store.lastStep).toBe(4);
    expect(store.length).toBe(2);
  });

  it('orders prefixes as numbers and puts the teacher last', () => {
    const store = new CurveStore();
    store.append([evaluation(10)]);
    const { prefixes, data } = store.knn();
    expect(prefixes).toEqual(['1', '2', '8']);
    expect(data.y).toEqual([[0.4], [0.5], [0.6], [0.64]]);
    expect(store.lastStep).toBe(10);
  });

  it('forgets what came after a checkpoint that the run went back to', () => {
    const store = new CurveStore();
    store.append([step(1), step(2), evaluation(2), step(3), evaluation(3), step(4)]);
    store.append([step(3, 99)]);
    expect(store.scalars('loss').x).toEqual([1, 2, 3]);
    expect(store.scalars('loss').y[0]).toEqual([1, 2, 99]);
    expect(store.knn().data.x).toEqual([2]);
  });

  it('takes the same events twice without doubling them', () => {
    const once = new CurveStore();
    const twice = new CurveStore();
    const events = [step(1), step(2), evaluation(2), step(3)];
    once.append(events);
    twice.append(events);
    twice.append([step(3)]);
    expect(twice.scalars('loss', 'kl')).toEqual(once.scalars('loss', 'kl'));
    expect(twice.knn()).toEqual(once.knn());
  });

  it('thins a long history evenly, says so, and keeps the newest step', () => {
    const store = new CurveStore(100);
    for (let i = 1; i <= 1000; i++) store.append([step(i)]);
    const { x, y } = store.scalars('loss');
    expect(x.length).toBeLessThanOrEqual(100);
    expect(x.length).toBeGreaterThan(50);
    expect(store.stride).toBe(16);
    expect(store.last?.step).toBe(1000);
    expect(y[0].length).toBe(x.length);
    for (let i = 1; i < x.length; i++) expect(x[i]).toBeGreaterThan(x[i - 1]);
    for (let i = 1; i < x.length; i++) expect(x[i] - x[i - 1]).toBeLessThanOrEqual(2 * store.stride);
  });

  it('replaces the history of another run', () => {
    const store = new CurveStore();
    store.append([step(5), evaluation(5)]);
    store.load({ run: 2, stride: 3, steps: [step(1)], evaluations: [], alarms: [], messages: [] });
    expect(store.scalars('loss').x).toEqual([1]);
    expect(store.knn().data.x).toEqual([]);
    expect(store.stride).toBe(3);
  });

  it('keeps alarms, tells which are not over, and forgets those after the checkpoint that a run goes on from', () => {
    const alarm = (at: number, cause: AlarmEvent['cause'], raised = true): AlarmEvent => ({ type: 'alarm', step: at, cause, raised, positions: [], text: '', remedies: [] });
    const store = new CurveStore();
    store.load({ run: 1, stride: 1, steps: [step(1), step(2)], evaluations: [], alarms: [alarm(2, 'diverging')], messages: [] });
    store.append([alarm(2, 'diverging'), alarm(3, 'few-symbols'), step(4), alarm(4, 'diverging', false)]); // the first comes twice
    expect(store.alarms.map(({ step: at, cause, raised }) => [at, cause, raised])).toEqual([[2, 'diverging', true], [3, 'few-symbols', true], [4, 'diverging', false]]);
    expect(store.standing.map(({ cause }) => cause)).toEqual(['few-symbols']);
    store.append([step(3)]);
    expect(store.standing.map(({ cause }) => cause)).toEqual(['diverging']);
  });
});
