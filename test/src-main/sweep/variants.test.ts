import { describe, expect, it } from 'vitest';
import { publishedTable } from '../../../src-main/contract/paper';
import { resolveConfig, variantName } from '../../../src-main/contract/presets';
import { ablationGroup, mostVariants, paperAxes } from '../../../src-main/contract/sweeps';
import { ablations } from '../../../src-main/sweep/ablations';
import { planParallel, runBytes } from '../../../src-main/sweep/parallelism';
import { gridVariants, runName, sweepVariants } from '../../../src-main/sweep/variants';

describe('the variants of a sweep', () => {
  it("are the nine of the paper in the paper's order", () => {
    const variants = gridVariants(paperAxes({ small: false }), {});
    expect(variants.map(({ label }) => label)).toEqual(publishedTable.map(({ variant }) => variant));
    for (const { label, change } of variants) expect(variantName(resolveConfig(change))).toBe(label);
  });

  it('are the same quantizers at 64, 32 and 16 when the small ones are wanted', () => {
    expect(gridVariants(paperAxes({ small: true }), {}).map(({ label }) => label)).toEqual(['VQ 64', 'VQ 32', 'VQ 16', 'SS 64', 'SS 32', 'SS 16', 'GS 64', 'GS 32', 'GS 16']);
  });

  it('are all combinations of a grid, each once and each with a label of its own', () => {
    const variants = gridVariants([{ key: 'vocabulary', values: [64, 128, 64] }, { key: 'seed', values: [0, 1] }, { key: 'crossView', values: [true, false] }], { quantizer: 'vector' });
    expect(variants).toHaveLength(8);
    expect(new Set(variants.map(({ label }) => label)).size).toBe(8);
    expect(variants[1]).toEqual({ label: 'VQ 64, seed 0, crossView off', group: 'VQ', change: { vocabulary: 64, seed: 0, crossView: false } });
    expect(gridVariants([{ key: 'views', values: [2, 4] }], {}).map(({ label, group }) => [label, group])).toEqual([['views 2', 'views 2'], ['views 4', 'views 4']]);
  });

  it('of a grid are refused when they are too many, or a field is both varied and set', () => {
    const seeds = (count: number) => ({ key: 'seed' as const, values: Array.from({ length: count }, (_, i) => i) });
    expect(sweepVariants({ kind: 'sweep', axes: [seeds(mostVariants)] }, {})).toHaveLength(mostVariants);
    expect(() => sweepVariants({ kind: 'sweep', axes: [seeds(mostVariants), { key: 'views', values: [2, 4] }] }, {})).toThrow('This grid has 2,000 variants; a sweep has at most 1,000.');
    expect(() => sweepVariants({ kind: 'sweep', axes: [seeds(2), seeds(3)] }, {})).toThrow('seed is given twice');
    expect(() => sweepVariants({ kind: 'sweep', axes: [seeds(2)] }, { seed: 1 })).toThrow('seed is given twice');
    expect(sweepVariants({ kind: 'ablations', groups: ['views'] }, {})).toEqual(ablations({}, ['views']));
  });

  it('refuses a name that no run can have', () => {
    expect(() => runName('a/b', { label: 'VQ 64' })).toThrow('"a/b: VQ 64" cannot be the name of a run');
    expect(() => runName('x'.repeat(80), { label: 'VQ 64' })).toThrow('at most 80 characters');
  });
});

describe('ablations', () => {
  it('each give a config that is allowed and differs from the settings; the first is the settings', () => {
    for (const settings of [{}, { preset: 'tiny' }, { preset: 'small', interpreterLayers: 6 }]) {
      const [base, ...others] = ablations(settings);
      expect(base.change).toEqual({});
      expect(others.length).toBeGreaterThan(15);
      expect(new Set(others.map(({ label }) => label)).size).toBe(others.length);
      for (const { change } of others) expect(resolveConfig({ ...settings, ...change })).not.toEqual(resolveConfig(settings));
    }
  });

  it('cover what the paper leaves open', () => {
    const keys = new Set(ablations({}).flatMap(({ change }) => Object.keys(change)));
    for (const key of ['prefixLoss', 'descriptor', 'interpreterLayers', 'prefixWeight', 'projectorOutputs', 'views']) expect(keys).toContain(key);
    expect(ablations({}).map(({ change }) => change.descriptor)).toContain('parallel');
  });

  it('can be those of some parts alone', () => {
    for (const group of ablationGroup.options) expect(new Set(ablations({}, [group]).slice(1).map((one) => one.group))).toEqual(new Set([group]));
  });
});

describe('planParallel', () => {
  const configs = gridVariants(paperAxes({ small: false }), {}).map(({ change }) => resolveConfig(change));
  const largest = Math.max(...configs.map(runBytes));

  it('gives every core a run of its own, fewer when memory or runs are few', () => {
    expect(planParallel(configs, { cores: 4, memory: 100 * largest }, null)).toEqual({ parallel: 4, threads: 1 });
    expect(planParallel(configs, { cores: 4, memory: 2.5 * largest }, null)).toEqual({ parallel: 2, threads: 2 });
    expect(planParallel(configs, { cores: 4, memory: 0 }, null)).toEqual({ parallel: 1, threads: 4 });
    expect(planParallel(configs.slice(0, 1), { cores: 4, memory: 100 * largest }, null)).toEqual({ parallel: 1, threads: 4 });
  });

  it('takes what was asked for, and threads of at least one', () => {
    expect(planParallel(configs, { cores: 4, memory: largest }, 8)).toEqual({ parallel: 8, threads: 1 });
  });
});
