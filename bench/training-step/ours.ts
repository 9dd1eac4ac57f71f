/** Our side of the benchmarks here: the product's own training step, spoken to as peer.py is. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../../src-main/contract/config';
import { startBackend } from '../../src-main/model/backend';
import { startCodebook } from '../../src-main/model/codebook';
import { RandomStream } from '../../src-main/model/random';
import { studentShape } from '../../src-main/model/shapes';
import { Student } from '../../src-main/model/student';
import { beginTraining, trainingStep } from '../../src-main/training/step';

/** Bytes in memory now, or the most until now. */
function resident(field: 'VmRSS' | 'VmHWM'): number {
  return 1024 * Number(new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { config, featureWidth } = JSON.parse((await lines.next()).value as string) as { config: TrainingConfig; featureWidth: number };
const backend = await startBackend(config.backend, { threads: config.threads });
const before = resident('VmRSS');
const answer = (more: object) => process.stdout.write(`${JSON.stringify({ ...more, memory: resident('VmHWM') - before, resident: resident('VmRSS'), tensors: tf.memory().numTensors })}\n`);

const student = Student.create(studentShape(config, featureWidth), config.seed, { trainable: true, imitates: config.imitationSteps > 0 });
if (config.quantizer === 'vector') startCodebook(student.parameters, student.shape, config.batch * config.views);
const training = beginTraining(config, student);
const random = new RandomStream(config.seed, 'codes');
const features = Float32Array.from({ length: config.batch * config.views * featureWidth }, () => random.normal());
const weights = Object.fromEntries(student.parameters.names().map((name) => [name, student.parameters.variable(name).shape]));
answer({ backend: backend.description, shape: student.shape, weights, parameters: student.parameters.count() });

let step = 0;
for await (const line of { [Symbol.asyncIterator]: () => lines }) {
  const times: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const begun = performance.now();
    const measures = trainingStep(training, step++ % config.steps, features);
    await measures.loss.data();
    tf.dispose(measures);
    times.push(performance.now() - begun);
  }
  answer({ times });
}
