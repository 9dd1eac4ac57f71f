/** A long training by the product's own loop, on random features: tensors and memory every thousand steps. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { resolveConfig } from '../../src-main/contract/presets';
import { startBackend } from '../../src-main/model/backend';
import { RandomStream } from '../../src-main/model/random';
import type { FeatureSource } from '../../src-main/training/batches';
import { train, TrainingControl } from '../../src-main/training/train';

const { steps, every, threads, changes } = JSON.parse(process.argv[2]) as { steps: number; every: number; threads: number; changes: Record<string, unknown> };
const config = resolveConfig({ preset: 'tiny', steps, checkpointEvery: every, evaluateEvery: every, backend: 'tensorflow', threads, ...changes });
await startBackend(config.backend, { threads });

const [width, images, heldOut] = [64, 500, 200];
function source(records: number, seed: number): FeatureSource {
  const random = new RandomStream(seed, 'noise');
  const data = Float32Array.from({ length: images * records * width }, () => random.normal());
  const size = records * width;
  return {
    spec: { width, records },
    gather: (slots) => Float32Array.from({ length: slots.length * size }, (_, i) => data[slots[Math.floor(i / size)] * size + (i % size)]),
  };
}
const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
const [querySlots, bankSlots] = [range(0, 50), range(50, heldOut)];
const classes = (slots: Int32Array): Int32Array => slots.map((slot) => slot % 10);

/** Of the process's own pages: those of libraries come and go as the machine needs room. */
function residentMiB(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Number(/RssAnon:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}

const runDirectory = mkdtempSync(join(tmpdir(), 'glyphscope-long-run-'));
try {
  const readings: { step: number; resident: number }[] = [];
  const tensors = new Set<number>();
  const events = train({
    config, teacher: 'random', views: source(config.views, 1), clean: source(1, 2), trainSlots: range(heldOut, images), runDirectory, resume: false, control: new TrainingControl(),
    heldOut: { querySlots, bankSlots, queryLabels: classes(querySlots), bankLabels: classes(bankSlots) },
  });
  for await (const event of events) {
    if (event.type === 'step' && event.step > every) tensors.add(tf.memory().numTensors);
    if (event.type === 'checkpoint') {
      readings.push({ step: event.step, resident: residentMiB() });
      process.stderr.write(`step ${event.step}: ${residentMiB().toFixed(1)} MiB, ${tf.memory().numTensors} tensors, ${(process.memoryUsage().heapUsed / 2 ** 20).toFixed(2)} of ${(process.memoryUsage().heapTotal / 2 ** 20).toFixed(1)} MiB of JavaScript, ${(process.memoryUsage().external / 2 ** 20).toFixed(2)} external\n`);
    }
  }
  process.stdout.write(`${JSON.stringify({ readings, tensors: [...tensors] })}\n`);
} finally {
  rmSync(runDirectory, { recursive: true, force: true });
}
