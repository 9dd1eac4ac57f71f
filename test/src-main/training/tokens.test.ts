import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { studentLoss } from '../../../src-main/model/losses';
import { RandomStream } from '../../../src-main/model/random';
import type { FeatureSource } from '../../../src-main/training/batches';
import { smallLossInput, smallStudent } from '../model/small-student';
import '../model/started-backend';
import { eventsOf, images, trainOptions } from './small-training';

/** Descriptions from the tokens of a vision transformer, on made-up tokens. */
const [N, T] = [4, 5];

function tokens(records: number, seed: number): FeatureSource {
  const random = new RandomStream(seed, 'noise');
  const size = records * N * T;
  const data = Float32Array.from({ length: images * size }, () => random.normal());
  return {
    spec: { width: N * T, records },
    gather: (slots) => Float32Array.from({ length: slots.length * size }, (_, i) => data[slots[Math.floor(i / size)] * size + (i % size)]),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'glyphscope-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a student that looks at tokens', () => {
  const student = smallStudent('autoregressive', 1, { featureTokens: N, tokenWidth: T });
  const random = new RandomStream(3, 'order');
  const features = Float32Array.from({ length: 2 * 8 }, () => random.normal());
  const seen = Float32Array.from({ length: 2 * N * T }, () => 3 * random.normal());

  it('describes an image by its tokens, in whatever order they come, and alone as in a batch', async () => {
    const both = await student.describe(features, { tokens: seen });
    const other = await student.describe(features, { tokens: seen.map((value) => -value) });
    expect(other.probabilities).not.toEqual(both.probabilities);
    const turned = Float32Array.from(seen, (_, i) => seen[Math.floor(i / (N * T)) * N * T + ((i + T) % (N * T))]);
    (await student.describe(features, { tokens: turned })).probabilities.forEach((value, i) => expect(value).toBeCloseTo(both.probabilities[i], 5));
    const second = await student.describe(features.slice(8), { tokens: seen.slice(N * T) });
    second.probabilities.forEach((value, i) => expect(value).toBeCloseTo(both.probabilities[4 + i], 5));
  });

  it('says so when they are missing or not as many', async () => {
    await expect(student.describe(features)).rejects.toThrow('This student looks at 4 tokens of each image, and none were given.');
    await expect(student.describe(features, { tokens: seen.subarray(1) })).rejects.toThrow('39 numbers are not 4 tokens of 5 for 2 images.');
  });

  it('embeds prefixes of the descriptions that it writes', async () => {
    const { embeddings } = await student.describe(features, { tokens: seen });
    const { length } = student.shape;
    const by = await student.embedPrefixes(features, [1, length], (from, rows) => seen.subarray(from * N * T, (from + rows) * N * T));
    expect(by.get(length)).toEqual(embeddings);
    expect(by.get(1)).not.toEqual(embeddings);
  });

  it('learns how to look at them', () => {
    const input = smallLossInput(student, { tokens: tf.randomNormal([6, N, T], 0, 1, 'float32', 4) });
    const result = studentLoss(student, input);
    expect(result.gradients['descriptor.memory.weight'].shape).toEqual([T, 8]);
    expect(result.gradients['descriptor.memory.weight'].dataSync<'float32'>().some((value) => value !== 0)).toBe(true);
    tf.dispose(result);
  });
});

for (const quantizer of ['gumbel', 'vector'] as const)
  it(`a training on tokens with the ${quantizer} quantizer runs to its end`, async () => {
    const events = await eventsOf(
      trainOptions(join(folder, quantizer), { quantizer, descriptor: 'autoregressive', codeWidth: 4, steps: 6, featureTokens: N }, { tokens: { clean: tokens(1, 1), views: tokens(2, 2), shape: { count: N, width: T } } }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'finished', step: 6 });
    expect(events.filter((event) => event.type === 'step').every((event) => Number.isFinite(event.loss))).toBe(true);
  });

it('a training is not begun with other tokens than its config says', async () => {
  const training = trainOptions(join(folder, 'none'), { featureTokens: N });
  await expect(eventsOf(training)).rejects.toMatchObject({ code: 'FEATURES_MISSING', message: 'featureTokens = 4, but 0 tokens of each image were given.' });
});
