import { describe, expect, it } from 'vitest';
import { quantitiesOfEvaluation, quantitiesOfStep, quantityOf } from '../../../src-main/contract/run-comparison';
import type { EvaluationEvent, StepEvent, TrainingEvent } from '../../../src-main/contract/runs';
import type { LibraryDatabase } from '../../../src-main/database/library-database';
import { RunComparison } from '../../../src-main/engine/run-comparison';
import { curveOf, ThinnedSeries } from '../../../src-main/engine/thinned-series';
import { mulberry32 } from '../../../src-main/evaluation/split';
import { addRun, temporaryDatabase } from '../database/library.fixture';

/** Events of a run as a trainer reports them: a step each, now and then an evaluation, now and then a loss that is no number. */
function eventsOf(seed: number, from: number, to: number): (StepEvent | EvaluationEvent)[] {
  const random = mulberry32(seed);
  const events: (StepEvent | EvaluationEvent)[] = [];
  for (let step = from; step <= to; step++) {
    const list = () => [random(), random(), random()];
    events.push({ type: 'step', step, epoch: step / 7, seconds: step * 0.3, loss: random() < 0.02 ? NaN : random() * 6, lossByPrefix: list(), teacherEntropy: random(), kl: random(), usage: list(), perplexity: list(), quantizerTemperature: random(), learningRate: random(), gradientNorm: random(), stepsPerSecond: random(), etaSeconds: 1 });
    if (step % 9 === 0) events.push({ type: 'evaluation', step, knnTop1: { 1: random(), 3: random() }, teacher: 0.8 });
  }
  return events;
}

function add(db: LibraryDatabase, run: number, events: readonly TrainingEvent[]): void {
  db.transaction(() => events.forEach((event) => db.write.trainingEvents.add(run, event)));
}

/** Every value of a quantity with its place, read from the events one by one. */
function valuesOf(events: readonly (StepEvent | EvaluationEvent)[], name: string): { step: number; value: number }[] {
  return events.flatMap((event) => {
    const values = event.type === 'step' ? quantitiesOfStep(event) : quantitiesOfEvaluation(event);
    return Number.isFinite(values[name]) ? [{ step: event.step, value: values[name] }] : [];
  });
}

const names = ['loss', 'kl', 'usage', 'lowestUsage', 'perplexityByPosition.2', 'lossByPrefix.3', 'knn', 'knnByPrefix.1', 'retention'];

function expectBruteForce(answer: Awaited<ReturnType<RunComparison['of']>>[number], events: readonly (StepEvent | EvaluationEvent)[]): void {
  for (const name of names) {
    const all = valuesOf(events, name);
    const values = all.map(({ value }) => value);
    const [lowest, highest, last] = [Math.min(...values), Math.max(...values), all[all.length - 1]];
    expect(answer.figures[name], name).toEqual({ lowest, lowestStep: all.find(({ value }) => value === lowest)!.step, highest, highestStep: all.find(({ value }) => value === highest)!.step, last: last.value, lastStep: last.step });
  }
}

describe('RunComparison', () => {
  it.each([40, 700, 2500])('gives the extremes and newest values that reading all %i steps gives, and thinned curves of true values', async (steps) => {
    const db = temporaryDatabase();
    const run = addRun(db, 'one');
    const events = eventsOf(steps, 1, steps);
    add(db, run, events);
    const [answer] = await new RunComparison(db).of({ runs: [run], quantities: ['kl', 'loss', 'knn'], x: 'step' });
    expectBruteForce(answer, events);
    const { stride, x, y } = answer.curves.kl;
    const every = valuesOf(events, 'kl');
    expect(x.length).toBeLessThanOrEqual(513);
    expect(Math.log2(stride) % 1).toBe(0);
    expect(x).toEqual([...every.filter((_, i) => i % stride === 0), ...((steps - 1) % stride === 0 ? [] : [every[steps - 1]])].map(({ step }) => step));
    x.forEach((step, i) => expect(y[i]).toBe(every.find((one) => one.step === step)!.value));
    const broken = new Set(events.flatMap((event) => (event.type === 'step' && Number.isNaN(event.loss) ? [event.step] : [])));
    answer.curves.loss.x.forEach((step, i) => expect(answer.curves.loss.y[i] === null).toBe(broken.has(step)));
  });

  it('places evaluations at the epoch and second of the step before them', async () => {
    const db = temporaryDatabase();
    const run = addRun(db, 'one');
    add(db, run, eventsOf(3, 1, 30));
    const of = async (x: 'epoch' | 'seconds') => (await new RunComparison(db).of({ runs: [run], quantities: ['knn'], x }))[0].curves.knn.x;
    expect(await of('epoch')).toEqual([9 / 7, 18 / 7, 27 / 7]);
    expect(await of('seconds')).toEqual([9 * 0.3, 18 * 0.3, 27 * 0.3]);
  });

  it('gives the same whether events were taken in at once or as they came, over a restart', async () => {
    const db = temporaryDatabase();
    const [once, parts] = [addRun(db, 'once'), addRun(db, 'parts')];
    const events = eventsOf(5, 1, 1500);
    add(db, once, events);
    for (let at = 0; at < events.length; at += 277) {
      add(db, parts, events.slice(at, at + 277));
      await new RunComparison(db).catchUp(parts);
    }
    const [a, b] = await new RunComparison(db).of({ runs: [once, parts], quantities: ['loss', 'knn'], x: 'seconds' });
    expect({ ...b, run: once }).toEqual(a);
  });

  it('forgets the steps that a run does again from a checkpoint', async () => {
    const db = temporaryDatabase();
    const run = addRun(db, 'again');
    const comparison = new RunComparison(db);
    const first = eventsOf(1, 1, 400);
    add(db, run, first);
    await comparison.catchUp(run);
    db.transaction(() => db.write.trainingEvents.forgetAfter(run, 100));
    const second = eventsOf(2, 101, 300);
    add(db, run, second);
    const [answer] = await comparison.of({ runs: [run], quantities: ['kl'], x: 'step' });
    expectBruteForce(answer, [...first.filter(({ step }) => step <= 100), ...second]);
    expect(answer.curves.kl.x).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it('keeps nothing of steps that were forgotten while they were read', async () => {
    const db = temporaryDatabase();
    const run = addRun(db, 'meanwhile');
    const comparison = new RunComparison(db);
    const first = eventsOf(1, 1, 900);
    add(db, run, first);
    const reading = comparison.catchUp(run);
    await new Promise((resolve) => setImmediate(resolve));
    db.transaction(() => db.write.trainingEvents.forgetAfter(run, 100));
    const second = eventsOf(2, 101, 1200);
    add(db, run, second);
    await reading;
    const [answer] = await comparison.of({ runs: [run], quantities: [], x: 'step' });
    expectBruteForce(answer, [...first.filter(({ step }) => step <= 100), ...second]);
  });

  it('answers in the order asked, with runs that measured nothing, without runs that are not there', async () => {
    const db = temporaryDatabase();
    const [a, b] = [addRun(db, 'a'), addRun(db, 'b')];
    add(db, b, eventsOf(1, 1, 3));
    const answers = await new RunComparison(db).of({ runs: [b, 99, a, b], quantities: ['loss'], x: 'step' });
    expect(answers.map(({ run }) => run)).toEqual([b, a]);
    expect(answers[1]).toEqual({ run: a, figures: {}, curves: {}, evaluated: null });
  });
});

describe('ThinnedSeries', () => {
  it('gives fewer points where few are wanted, still true ones and the newest', () => {
    const series = new ThinnedSeries('step', 512);
    for (let step = 1; step <= 300; step++) series.add(step, { step, epoch: step, seconds: step }, { a: -step });
    const { series: [stored], columns: [{ points, ...figure }] } = series.stored();
    const { stride, x, y } = curveOf(stored, points, figure, 'step', 100);
    expect(stride).toBe(4);
    expect(x).toEqual([...Array.from({ length: 75 }, (_, i) => 1 + 4 * i), 300]);
    expect(y).toEqual(x.map((step) => -step));
  });
  it('leaves a gap where a quantity was not measured', () => {
    const series = new ThinnedSeries('step', 4);
    for (let step = 1; step <= 9; step++) series.add(step, { step, epoch: step, seconds: step }, step % 2 === 0 ? { a: step } : { a: step, b: -step });
    const { series: [stored], columns } = series.stored();
    expect([...stored.places.subarray(0, 3)]).toEqual([1, 5, 9]);
    expect(columns.find(({ name }) => name === 'b')).toMatchObject({ lowest: -9, lowestStep: 9, highest: -1, last: -9 });
    expect([...columns.find(({ name }) => name === 'a')!.points]).toEqual([1, 5, 9]);
  });
});

it('every quantity that events give has a name of its own', () => {
  const [step, evaluation] = [eventsOf(1, 1, 9)[0], eventsOf(1, 1, 9).at(-1)!];
  const given = [...Object.keys(quantitiesOfStep(step as StepEvent)), ...Object.keys(quantitiesOfEvaluation(evaluation as EvaluationEvent))];
  for (const name of given) expect(quantityOf(name), name).not.toBeNull();
});
