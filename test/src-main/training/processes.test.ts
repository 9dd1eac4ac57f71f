import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendNames } from '../../../src-main/contract/config';
import type { TrainingEvent } from '../../../src-main/contract/runs';
import { FeatureStore } from '../../../src-main/teacher/feature-store';
import { checkpointSteps, newestCheckpoint } from '../../../src-main/training/checkpoint';
import { StudentClient } from '../../../src-main/training/student-client';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { buildProcesses, eventsOfTrainer, trainerOptions } from './built-trainer';
import { width } from './small-training';

let entry: (process: 'trainer' | 'student') => string;
let folder = '';
beforeAll(async () => {
  folder = temporaryFolder('processes');
  entry = await buildProcesses('test-training');
});
afterAll(() => removeFolder(folder));

const options = (run: string, changes: Record<string, unknown> = {}, resume = false) => trainerOptions(entry('trainer'), folder, run, changes, resume);

describe('the trainer process', () => {
  it('trains to its end, says what it computes with, and keeps a log of every event', async () => {
    const o = await options('whole');
    const { events, exit, last } = await eventsOfTrainer(o);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(events[0]).toMatchObject({ type: 'backend', description: expect.stringContaining('TensorFlow') as string });
    expect(last).toMatchObject({ type: 'state', state: 'finished', step: 12 });
    const logged = readFileSync(join(o.runDirectory, 'log.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as TrainingEvent);
    expect(logged.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
  });

  it('killed, goes on from its last checkpoint to the weights of the uninterrupted run', async () => {
    const killed = await eventsOfTrainer(await options('killed', { checkpointEvery: 4 }), (event, trainer) => {
      if (event.type === 'checkpoint' && event.step === 4) process.kill(trainer.pid!, 'SIGKILL');
    });
    expect(killed.exit.signal).toBe('SIGKILL');
    expect(killed.last).not.toMatchObject({ state: 'finished' });
    const { last } = await eventsOfTrainer(await options('killed', {}, true));
    expect(last).toMatchObject({ state: 'finished', step: 12 });
    const [one, other] = await Promise.all(['whole', 'killed'].map((name) => newestCheckpoint(join(folder, name))));
    expect(other!.weights).toEqual(one!.weights);
  });

  it('pauses, resumes and stops when asked', async () => {
    const { events, last } = await eventsOfTrainer(await options('asked', { steps: 100_000, evaluateEvery: 0 }), (event, trainer) => {
      if (event.type === 'step' && event.step === 1) trainer.pause();
      if (event.type === 'state' && event.state === 'paused') trainer.resume();
      if (event.type === 'state' && event.state === 'training' && event.step > 0) void trainer.stop();
    });
    expect(events.filter((event) => event.type === 'state').map(({ state }) => state)).toEqual(['preparing', 'training', 'paused', 'training', 'stopped']);
    expect(await checkpointSteps(join(folder, 'asked'))).toContain((last as { step: number }).step);
  });

  it('tells what went wrong as its last state', async () => {
    const { last, exit } = await eventsOfTrainer(await options('small', { batch: 51 }));
    expect(last).toMatchObject({ type: 'state', state: 'failed', error: { code: 'COLLECTION_TOO_SMALL' } });
    expect(exit.code).toBe(1);
  });
});

describe('the student process', () => {
  const start = (name: string) => StudentClient.start({ entry: entry('student'), node: process.execPath, runDirectory: join(folder, name), backend: { candidates: [...backendNames], reason: 'It is the first that starts.', note: null }, threads: 1 });

  it('finds the nearest of rows, which need not be of its own width', async () => {
    const student = await start('whole');
    try {
      const rows = Float32Array.of(1, 0, 0, 1, 0.8, 0.6, -1, 0);
      const found = await student.nearest({ rows, width: 2, k: 2 });
      expect([...found.rows]).toEqual([0, 2, 1, 2, 2, 0, 3, 1]);
      [1, 0.8, 1, 0.6, 1, 0.8, 1, 0].forEach((similarity, i) => expect(found.similarities[i]).toBeCloseTo(similarity, 6));
    } finally {
      await student.close();
    }
  });

  it('describes, interprets, gives hues and evaluates', async () => {
    const student = await start('whole');
    try {
      const o = await options('whole');
      const { length: L, vocabulary: K } = o.config;
      expect(student.step).toBe(12);
      const store = FeatureStore.open(o.clean.directory, o.clean.spec);
      const features = store.gather([0, 1, 2]);
      store.close();
      const { symbols, embeddings, alternatives } = await student.describe(features, { alternatives: true });
      expect([symbols.length, embeddings.length, alternatives!.length]).toEqual([3 * L, 3 * width, 3]);
      const read = await student.interpret(symbols, 3, L);
      read.forEach((value, i) => expect(value).toBeCloseTo(embeddings[i], 4));
      expect(await student.hues()).toHaveLength(K);
      await expect(student.interpret(Uint16Array.of(K), 1, 1)).rejects.toMatchObject({ code: 'INVALID_INPUT' });

      const slots = (from: number, to: number) => Int32Array.from({ length: to - from }, (_, i) => from + i);
      const labels = (of: Int32Array) => of.map((slot) => slot % 4);
      const [train, test] = [slots(0, 40), slots(40, 60)];
      const request = { clean: o.clean, trainSlots: train, trainLabels: labels(train), testSlots: test, testLabels: labels(test), classes: ['a', 'b', 'c', 'd'], split: 'by hand', references: null };
      const phases = new Set<string>();
      const parts = await student.evaluate(request, ({ phase }) => phases.add(phase));
      expect(Object.keys(parts.student.prefix)).toEqual(['1', '2', '3', '4']);
      expect(Object.keys(parts.residualKMeans.prefix)).toEqual(['1', '2', '3', '4']);
      expect(parts.retention).toBeCloseTo(parts.student.knn.top1 / parts.teacher.knn.top1, 6);
      expect(phases).toContain('describing');
      await expect(student.evaluate(request, undefined, AbortSignal.abort())).rejects.toThrow();
      // What residual k-means and the teacher give does not depend on the run: measured again it is the same, given it is taken.
      const { teacher, residualKMeans } = parts;
      const again = await student.evaluate({ ...request, references: { teacher, residualKMeans } }, ({ phase }) => expect(phase).not.toMatch(/^(teacher|residual)/));
      expect(again).toEqual(parts);

      const few = await student.fewShot({ ...request, shots: [1, 5], draws: 3, seed: 1 });
      expect(few.shots.map(({ images }) => images)).toEqual([1, 5]);
      const cut = new AbortController();
      const late = student.fewShot({ ...request, shots: [1], draws: 100, seed: 1 }, ({ phase }) => phase === 'few-shot' && cut.abort(), cut.signal);
      await expect(late).rejects.toThrow();
      const language = await student.statistics({ clean: o.clean, slots: slots(0, 60), labels: labels(slots(0, 60)) });
      expect(language).toMatchObject({ images: 60, labelled: 60, vocabulary: K, length: L });
      expect(language.positions).toHaveLength(L);
      expect(language.positionalDisentanglement).toBeGreaterThanOrEqual(0);
    } finally {
      await student.close();
    }
    expect(student.alive).toBe(false);
    await expect(student.hues()).rejects.toMatchObject({ code: 'PROCESS_DIED' });
  });

  it('says that a run has no checkpoint', async () => {
    await expect(start('nowhere')).rejects.toMatchObject({ code: 'RUN_NOT_TRAINED' });
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  });

  it('that dies answers every waiting question with PROCESS_DIED', async () => {
    const student = await start('whole');
    const waiting = student.hues();
    void student.close();
    await expect(waiting).rejects.toMatchObject({ code: 'PROCESS_DIED' });
  });
});
