import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainingConfig } from '../../../src-main/contract/config';
import { presetConfig } from '../../../src-main/contract/presets';
import { numbersOf, StatisticsWindow } from '../../../src-main/training/statistics';
import { beginTraining, endTraining, trainingStep } from '../../../src-main/training/step';
import { randomFeatures, smallShape, smallStudent } from '../model/small-student';
import '../model/started-backend';

/** The formulas of docs/method.md, written out as loops over images, views, prefixes and outputs in double precision. */

const [views, batch] = [3, 2];
const student = smallStudent('autoregressive');
const { length: L, vocabulary: K, featureWidth: Z, channels: C, projectorOutputs: P } = student.shape;
const features = randomFeatures(views * batch, Z);
const base: TrainingConfig = {
  ...presetConfig('tiny'), ...smallShape('autoregressive'), views, batch, gumbelNoise: 0, learningRate: 0, weightDecay: 0,
  projectionWeight: 1, alignmentWeight: 0, crossView: false, studentTemperature: 0.3, teacherTemperatureStart: 0.2, steps: 4, teacherMomentum: 1, centreMomentum: 1,
};
const positions = Array.from({ length: L }, (_, j) => j);
const outputs = Array.from({ length: P }, (_, k) => k);
const rowsOf = (view: number, image: number): number => view * batch + image;
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

const weights = new Map((await student.parameters.read()).map((array) => [array.name, array]));
const weight = (name: string): Float32Array => weights.get(name)!.data;
const { symbols } = await student.describe(features);
/** z_s^(i,j): [prefix][row], C numbers. */
const embeddings = await student.embedPrefixes(features, positions.map((j) => j + 1)).then((byLength) => positions.map((j) => rows(byLength.get(j + 1)!)));
/** z_t as the student sees it. */
const x = await (async () => {
  const tensor = tf.tidy(() => student.normalise(tf.tensor2d(features, [views * batch, Z])));
  const values = await tensor.data<'float32'>();
  tensor.dispose();
  return rows(values, C);
})();
afterAll(() => student.dispose());

function rows(values: Float32Array, width = Z): number[][] {
  return Array.from({ length: views * batch }, (_, r) => Array.from(values.subarray(r * width, r * width + C)));
}

/** x·w + b. */
function layer(name: string, input: number[]): number[] {
  const [w, b] = [weight(`${name}.weight`), weight(`${name}.bias`)];
  return Array.from(b, (bias, o) => bias + sum(input.map((value, i) => value * w[i * b.length + o])));
}

function gelu(value: number): number {
  let [term, erf] = [value / Math.SQRT2, 0]; // erf(x) = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))
  for (let n = 0; n < 200; n++) {
    erf += term / (2 * n + 1);
    term *= -(value ** 2 / 2) / (n + 1);
  }
  return (value / 2) * (1 + (2 / Math.sqrt(Math.PI)) * erf);
}

function unit(values: number[]): number[] {
  const length = Math.sqrt(sum(values.map((value) => value ** 2)));
  return values.map((value) => value / length);
}

/** DINO's head, P outputs. */
function project(name: string, input: number[]): number[] {
  const hidden = layer(`${name}.layer1`, layer(`${name}.layer0`, input).map(gelu)).map(gelu);
  const bottleneck = unit(layer(`${name}.layer2`, hidden));
  const last = weight(`${name}.last.weight`);
  return outputs.map((k) => {
    const column = unit(bottleneck.map((_, f) => last[f * P + k]));
    return sum(bottleneck.map((value, f) => value * column[f]));
  });
}

function softmax(values: number[]): number[] {
  const exponentials = values.map(Math.exp);
  return exponentials.map((value) => value / sum(exponentials));
}

const teacher = x.map((z) => softmax(project('teacher', z).map((value, k) => (value - weight('teacher.centre')[k]) / base.teacherTemperatureStart)));
const studentOf = embeddings.map((byRow) => byRow.map((z) => softmax(project('projector', z).map((value) => value / base.studentTemperature))));

/** H(a, b) = −Σ_k a_k log b_k. */
const crossEntropy = (a: number[], b: number[]): number => -sum(outputs.map((k) => a[k] * Math.log(b[k])));
const cosine = (a: number[], b: number[]): number => sum(unit(a).map((value, i) => value * unit(b)[i]));

/** One step's measurements with the weights as they are: the learning rate is 0. */
async function measured(changes: Partial<TrainingConfig>) {
  const config = { ...base, ...changes };
  const training = beginTraining(config, student);
  const measures = trainingStep(training, 0, features);
  const statistics = new StatisticsWindow(L, K).add(await numbersOf(measures));
  tf.dispose(measures);
  endTraining(training);
  return statistics;
}

describe('the loss of a step', () => {
  for (const lambda of [1, 2, 0.4])
    it(`is the paper's Σ_i Σ_j λ^j H(p_t^(i), p_s^(i,j)) for λ = ${lambda}, divided by V·Σ λ^j, its mean over the images`, async () => {
      let total = 0;
      for (let image = 0; image < batch; image++)
        for (let view = 0; view < views; view++)
          for (const j of positions) total += lambda ** (j + 1) * crossEntropy(teacher[rowsOf(view, image)], studentOf[j][rowsOf(view, image)]);
      const weighed = views * sum(positions.map((j) => lambda ** (j + 1)));
      expect((await measured({ prefixWeight: lambda })).loss).toBeCloseTo(total / weighed / batch, 5);
    });

  it('with cross-view targets is the sum over all pairs of different views', async () => {
    let total = 0;
    for (let image = 0; image < batch; image++)
      for (let view = 0; view < views; view++)
        for (let other = 0; other < views; other++)
          for (const j of positions) if (other !== view) total += crossEntropy(teacher[rowsOf(other, image)], studentOf[j][rowsOf(view, image)]);
    expect((await measured({ crossView: true })).loss).toBeCloseTo(total / (batch * views * (views - 1) * L), 5);
  });

  it('without prefix loss is that of the full description', async () => {
    const each = x.map((_, r) => crossEntropy(teacher[r], studentOf[L - 1][r]));
    expect((await measured({ prefixLoss: false })).loss).toBeCloseTo(sum(each) / each.length, 5);
  });

  it('adds alignment, 1 − cos(z_s, z_t), times its weight', async () => {
    let [own, others] = [0, 0];
    for (const j of positions)
      for (let image = 0; image < batch; image++)
        for (let view = 0; view < views; view++) {
          const z = embeddings[j][rowsOf(view, image)];
          const mean = x[0].map((_, d) => sum(Array.from({ length: views }, (_v, v) => (v === view ? 0 : x[rowsOf(v, image)][d] / (views - 1)))));
          own += 1 - cosine(z, x[rowsOf(view, image)]);
          others += 1 - cosine(z, mean);
        }
    const terms = L * batch * views;
    expect((await measured({ projectionWeight: 0, alignmentWeight: 2 })).loss).toBeCloseTo((2 * own) / terms, 5);
    expect((await measured({ projectionWeight: 0, alignmentWeight: 1, crossView: true })).loss).toBeCloseTo(others / terms, 5);
    const both = await measured({ projectionWeight: 0.3, alignmentWeight: 2 });
    const alone = await measured({});
    expect(both.loss).toBeCloseTo(0.3 * alone.loss + (2 * own) / terms, 5);
  });

  it('by prefix is the mean over the rows', async () => {
    const { lossByPrefix } = await measured({});
    for (const j of positions) expect(lossByPrefix[j]).toBeCloseTo(sum(x.map((_, r) => crossEntropy(teacher[r], studentOf[j][r]))) / x.length, 5);
  });
});

describe('what a step measures', () => {
  it('teacher entropy is −Σ p_t ln p_t, KL is Σ p_t ln(p_t / p_s) after the full description', async () => {
    const { teacherEntropy, kl } = await measured({});
    const mean = (each: (p: number[], q: number[]) => number) => sum(teacher.map((p, r) => each(p, studentOf[L - 1][r]))) / teacher.length;
    expect(teacherEntropy).toBeCloseTo(mean((p) => -sum(p.map((value) => value * Math.log(value)))), 5);
    expect(kl).toBeCloseTo(mean((p, q) => sum(outputs.map((k) => p[k] * Math.log(p[k] / q[k])))), 5);
    expect(kl).toBeGreaterThan(0);
  });

  it('usage is the share of the K symbols that were written at a position, perplexity e to their entropy', async () => {
    const { usage, perplexity } = await measured({});
    for (const j of positions) {
      const written = x.map((_, r) => symbols[r * L + j]);
      const shares = Array.from({ length: K }, (_, k) => written.filter((symbol) => symbol === k).length / written.length);
      expect(usage[j]).toBeCloseTo(new Set(written).size / K, 6);
      expect(perplexity[j]).toBeCloseTo(shares.reduce((product, share) => (share > 0 ? product / share ** share : product), 1), 5); // Π p^−p
    }
  });
});
