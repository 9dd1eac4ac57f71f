import { describe, expect, it } from 'vitest';
import { configFile, configFileBytes, readConfigFile } from '../../../src-main/contract/config-file';
import { presetConfig } from '../../../src-main/contract/presets';

describe('a file of settings', () => {
  it('gives back every field that was written', () => {
    for (const preset of ['tiny', 'small', 'base', 'paper'] as const) expect(readConfigFile(configFile(presetConfig(preset)), 'x.json')).toEqual(presetConfig(preset));
  });
  it('may leave out what its preset has', () => {
    expect(readConfigFile('{"preset": "tiny", "steps": 3}', 'x.json')).toEqual({ preset: 'tiny', steps: 3 });
  });
  it.each([
    ['{"steps": 0}', 'steps', /^steps = 0: /],
    ['{"stepz": 5}', 'stepz', /no training field named stepz/],
    ['{"preset": "huge"}', 'preset', /Preset "huge" does not exist/],
    ['{"batch": 64, "microBatch": 3}', 'microBatch', /microBatch = 3 does not divide batch = 64/],
    ['{"steps": ', 'x.json', /^x\.json is not JSON: /],
    ['[1]', 'x.json', /^x\.json holds no object of settings/],
    [' '.repeat(configFileBytes + 1), 'x.json', /^x\.json is too large/],
  ])('%.30s is refused, and what is wrong is named', (text, subject, message) => {
    expect(() => readConfigFile(text, 'x.json')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject, message: expect.stringMatching(message) as string }));
  });
});
