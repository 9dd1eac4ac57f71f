import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { halvedMicroBatch, resolveConfig } from '../../../src-main/contract/presets';
import { startCodebook } from '../../../src-main/model/codebook';
import { RandomStream } from '../../../src-main/model/random';
import { studentShape } from '../../../src-main/model/shapes';
import { Student } from '../../../src-main/model/student';
import { beginTraining, endTraining, trainingStep } from '../../../src-main/training/step';
import '../model/started-backend';

const [width, steps] = [12, 3];
const tokens = { count: 4, width: 6 };

/** Measures of some steps, and what student and optimizer hold after them. */
async function after(changes: Record<string, unknown>) {
  const config = resolveConfig({ preset: 'tiny', steps: 10, batch: 8, width: 8, projectorOutputs: 16, mapSteps: 0, learningRate: 0.01, warmup: 0, ...changes });
  const random = new RandomStream(3, 'order');
  const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const student = Student.create(studentShape(config, width, config.featureTokens > 0 ? tokens : undefined), config.seed, { trainable: true, imitates: config.imitationSteps > 0 });
  const weights = await student.parameters.read();
  for (const { data } of weights) for (let i = 0; i < data.length; i++) data[i] += 0.1 * random.normal(); // none is zero
  student.parameters.write(weights);
  const rows = config.views * config.batch;
  if (config.quantizer === 'vector') startCodebook(student.parameters, student.shape, rows);
  const training = beginTraining(config, student);
  const found: Record<string, number[]> = {};
  for (let step = 0; step < steps; step++) {
    const measures = trainingStep(training, step, numbers(rows * width), config.featureTokens > 0 ? numbers(rows * tokens.count * tokens.width) : undefined);
    for (const [name, tensor] of Object.entries(measures)) found[`${name}, step ${step}`] = Array.from(tensor.dataSync());
    tf.dispose(measures);
  }
  for (const { name, data } of await student.parameters.read()) found[name] = Array.from(data);
  for (const { name, data } of await training.optimizer.read()) found[`moment ${name}`] = Array.from(data);
  endTraining(training);
  student.dispose();
  return found;
}

describe('a step by micro-batches is the step of the whole batch', () => {
  const trainings: Record<string, Record<string, unknown>> = {
    'gumbel, residual': { gumbelNoise: 0.5 },
    'gumbel, soft symbols, other views, diversity': { straightThrough: false, crossView: true, diversityWeight: 0.7, trainCodes: false },
    'vector by moving means, codes revived': { quantizer: 'vector', descriptor: 'autoregressive', codeWidth: 8, codeRevival: 1, codebookDecay: 0.5 },
    'vector by gradient, residual, codes revived': { quantizer: 'vector', codebookUpdate: 'gradient', codeRevival: 1, codebookDecay: 0.5 },
    'sharpened, parallel, imitating, no alignment': { quantizer: 'sharpened', descriptor: 'parallel', imitationSteps: 2, alignmentWeight: 0, projectionWeight: 1 },
    'tokens, no projection, full descriptions alone': { featureTokens: 4, projectionWeight: 0, prefixLoss: false },
  };
  for (const [name, changes] of Object.entries(trainings))
    it(name, async () => {
      const whole = await after(changes);
      for (const microBatch of [1, 4]) {
        const parts = await after({ ...changes, microBatch });
        expect(Object.keys(parts)).toEqual(Object.keys(whole));
        for (const [what, values] of Object.entries(whole)) {
          const scale = Math.max(1e-3, ...values.map(Math.abs));
          // Adam divides a gradient by its size: of one that is 0 but for rounding it makes a step (biases of attention's keys).
          const exact = !/\.(attention|memory)\.input\.bias$/.test(what);
          if (exact) values.forEach((value, i) => expect(Math.abs(parts[what][i] - value) / scale, `${what} by ${microBatch}, ${i}`).toBeLessThan(2e-4));
        }
      }
    });
});

describe('a micro-batch', () => {
  it('must divide the batch', () => {
    expect(() => resolveConfig({ batch: 50, microBatch: 16 })).toThrow('microBatch = 16 does not divide batch = 50.');
    expect(() => resolveConfig({ batch: 8, microBatch: 16 })).toThrow('microBatch = 16 does not divide batch = 8.');
    expect(resolveConfig({ batch: 50, microBatch: 25 })).toMatchObject({ batch: 50, microBatch: 25 });
  });

  it('is halved, to a divisor of the batch, down to one image', () => {
    const halves = (batch: number, microBatch: number): number[] => {
      const half = halvedMicroBatch({ batch, microBatch });
      return half === null ? [] : [half, ...halves(batch, half)];
    };
    expect(halves(64, 0)).toEqual([32, 16, 8, 4, 2, 1]);
    expect(halves(50, 0)).toEqual([25, 10, 5, 2, 1]);
    expect(halves(13, 0)).toEqual([1]);
    expect(halves(12, 4)).toEqual([2, 1]);
  });
});
