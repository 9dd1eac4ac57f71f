import { expect, it } from 'vitest';
import { resolveConfig } from '../../../src-main/contract/presets';
import { nearestWord } from '../../../src-main/contract/nearest-word';

it('a slip is found, and what is far away is not', () => {
  expect(nearestWord('colection', ['collection', 'run'])).toBe('collection');
  expect(nearestWord('zzz', ['collection', 'run'])).toBeNull();
});

it('an unknown field of a config is told with the one that was meant', () => {
  expect(() => resolveConfig({ stepz: 3 })).toThrow(expect.objectContaining({ subject: 'stepz', remedy: 'Did you mean steps?' }));
  expect(() => resolveConfig({ epochs: 3 })).toThrow(expect.objectContaining({ remedy: 'docs/configuration.md lists the fields.' }));
});
