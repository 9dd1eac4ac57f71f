import { describe, expect, it } from 'vitest';
import type { Estimate, EstimatePart } from '../../../../src-main/contract/estimate';
import { missingWords, partTime, partWords, rehearsalWords, secondsWords, shortageWords, timedWords } from '../../../../src-renderer/pages/training/estimate-words';

const estimate: Estimate = {
  images: 1000,
  heldOut: 100,
  rehearsal: { backend: 'TensorFlow', onGpu: false, steps: 12, seconds: 9, at: 0, beside: 0 },
  parts: [],
  seconds: null,
  missing: { teacher: 'dino', images: 0, clean: 0, views: 0, cleanTokens: 0, viewTokens: 0 },
  beginning: 'prepared',
  memory: { training: { low: 1e9, high: 1.2e9 }, free: 4e9, total: 8e9 },
  disk: { features: 1e6, checkpoints: 2e6, embeddings: 1e6, free: 1e9 },
};
const part = (changes: Partial<EstimatePart>): EstimatePart => ({ part: 'steps', count: 400, timed: 12, seconds: { low: 50, high: 70 }, ...changes });

describe('a time to come', () => {
  it('is a range, no finer than it means', () => {
    expect(secondsWords({ low: 12.4, high: 15.2 })).toBe('12 s to 15 s');
    expect(secondsWords({ low: 58, high: 71.4 })).toBe('58 s to 1 min 10 s');
    expect(secondsWords({ low: 118, high: 122 })).toBe('about 2 min');
    expect(secondsWords({ low: 3590, high: 7300 })).toBe('1 h to 2 h 02 min');
    expect(secondsWords({ low: 0.2, high: 0.9 })).toBe('under 1 s');
    expect(secondsWords({ low: 0.2, high: 3 })).toBe('up to 3 s');
  });
  it('is never made up', () => {
    expect(partTime(part({ seconds: null }), 'prepared')).toBe('not measured');
    expect(partTime(part({ part: 'features', count: 0, seconds: { low: 0, high: 0 } }), 'prepared')).toBe('cached');
    expect(partTime(part({ part: 'preparation', count: 0 }), 'kept')).toBe('kept');
    expect(partTime(part({ part: 'preparation', count: 0 }), 'weights')).toBe('not needed');
    expect(rehearsalWords({ ...estimate, rehearsal: null }, 0)).toBe('Nothing of this configuration was timed on this machine yet.');
  });
  it('says from how much it was reckoned', () => {
    expect(partWords(part({}))).toBe('400 steps');
    expect(timedWords(part({}))).toBe('12 timed');
    expect(timedWords(part({ timed: 400 }))).toBeNull();
    expect(rehearsalWords({ ...estimate, rehearsal: { ...estimate.rehearsal!, beside: 1 } }, 180_000)).toBe('From 12 real steps of this configuration, timed 3 minutes ago, beside 1 other training, with TensorFlow.');
  });
});

it('what is not cached is named with its numbers', () => {
  expect(missingWords(estimate)).toBeNull();
  const missing = { ...estimate.missing, images: 2500, clean: 1, views: 1643, viewTokens: 20 };
  expect(missingWords({ ...estimate, missing })).toBe('Not cached yet, by dino: features of 1 image, the views of 1,643, the tokens of 20. They are computed once, before the first step.');
});

it('what does not fit is said', () => {
  expect(shortageWords(estimate)).toBeNull();
  expect(shortageWords({ ...estimate, disk: { ...estimate.disk, features: 2e9 } })).toMatch(/^The disk has 1.0 GB free: too little/);
  expect(shortageWords({ ...estimate, memory: { ...estimate.memory, training: { low: 9e9, high: 1e10 } } })).toMatch(/micro-batch/);
});
