import { describe, expect, it } from 'vitest';
import { trainingConfig } from '../../../src-main/contract/config';
import { fineTuneConfig, inheritedFields, inheritedFrom } from '../../../src-main/contract/fine-tuning';
import { presetConfig, resolveConfig } from '../../../src-main/contract/presets';
import { studentShape } from '../../../src-main/model/shapes';

const source = resolveConfig({ preset: 'small', length: 6, vocabulary: 64 });

describe('the config of a run that begins with the weights of another', () => {
  it('has what the weights decide from them, and the rest from its own preset', () => {
    const config = fineTuneConfig(source, { preset: 'tiny', steps: 5 }, 'Source');
    expect(config).toMatchObject({ ...inheritedFrom(source), preset: 'tiny', steps: 5, batch: presetConfig('tiny').batch });
  });

  it('gives a student of the same shape, whatever the presets are', () => {
    for (const from of ['tiny', 'small', 'base', 'paper'] as const)
      for (const preset of ['tiny', 'small', 'base', 'paper'] as const)
        expect(studentShape(fineTuneConfig(presetConfig(from), { preset }, 'x'), 384), `${preset} from ${from}`).toEqual(studentShape(presetConfig(from), 384));
  });

  it('takes a field that was given as the weights have it, and names one that differs', () => {
    expect(fineTuneConfig(source, { vocabulary: 64 }, 'Source').vocabulary).toBe(64);
    for (const [name, value] of [['vocabulary', 32], ['width', 64], ['descriptor', 'parallel'], ['teacher', 'other'], ['mapSteps', 0]] as const)
      expect(() => fineTuneConfig(source, { [name]: value }, 'Source'), name).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: name, message: expect.stringContaining('the weights of "Source" are for') as string }));
    expect(() => fineTuneConfig(source, { imitationSteps: 9 }, 'Source')).toThrow(expect.objectContaining({ subject: 'imitationSteps' }));
  });

  it('decides every field that the shape of a student depends on', () => {
    const shape = (changes: Record<string, unknown>) => JSON.stringify(studentShape({ ...source, ...changes }, 384));
    const decisive = Object.keys(trainingConfig.shape).filter((name) => {
      const now = source[name as keyof typeof source];
      const other = typeof now === 'number' ? [0, now + 1] : typeof now === 'boolean' ? [!now] : ['gumbel', 'vector', 'residual', 'parallel', 'causal', 'bidirectional', 'k-means', 'random', 'average', 'gradient'];
      return other.some((value) => shape({ [name]: value }) !== shape({}));
    });
    expect(decisive.length).toBeGreaterThan(10);
    for (const name of decisive) expect(inheritedFields as readonly string[]).toContain(name);
  });
});
