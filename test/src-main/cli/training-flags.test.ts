import { describe, expect, it } from 'vitest';
import { allowed, givenConfig, trainingFlags, trainingOptions } from '../../../src-main/cli/training-flags';
import { trainingConfig } from '../../../src-main/contract/config';

describe('training flags', () => {
  it('are the fields of the schema, in kebab-case, each with its help', () => {
    const flags = trainingFlags();
    expect(flags.map((f) => f.key)).toEqual(Object.keys(trainingConfig.shape));
    for (const f of flags) {
      expect(f.flag).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(f.help.length).toBeGreaterThan(10);
    }
    expect(Object.keys(trainingOptions())).toEqual(flags.map((f) => f.flag));
  });

  it('take no name that every command has', () => {
    for (const name of ['library', 'json', 'help', 'collection', 'name']) expect(Object.keys(trainingOptions())).not.toContain(name);
  });

  it('give numbers as numbers and leave out what was not given', () => {
    expect(givenConfig({ steps: '200', preset: 'tiny', batch: undefined })).toEqual({ steps: 200, preset: 'tiny' });
  });

  it.each([
    ['steps', 'many'],
    ['steps', ''],
    ['steps', '0'],
    ['vocabulary', '1.5'],
    ['preset', 'huge'],
  ])('refuse --%s %s, saying what is allowed', (flag, given) => {
    const f = trainingFlags().find((one) => one.flag === flag)!;
    expect(() => givenConfig({ [flag]: given })).toThrow(allowed(f));
  });
});
