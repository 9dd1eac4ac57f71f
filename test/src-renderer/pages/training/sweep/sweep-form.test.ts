import { describe, expect, it } from 'vitest';
import { mostVariants, type SweepRequest } from '../../../../../src-main/contract/sweeps';
import type { Client } from '../../../../../src-renderer/client';
import { readyGrids, SweepForm } from '../../../../../src-renderer/pages/training/sweep/sweep-form.svelte';

function form(names: readonly string[] = []) {
  const asked: SweepRequest[] = [];
  const client = { runs: {}, sweeps: { start: (request: SweepRequest) => (asked.push(request), Promise.resolve({ name: request.name })) } } as unknown as Pick<Client, 'runs' | 'sweeps'>;
  const made = new SweepForm(client, () => names);
  made.base.collection = 3;
  return { form: made, asked };
}
const field = (made: SweepForm, name: string) => made.base.fields.find((item) => item.name === name)!;

describe('SweepForm', () => {
  it('asks for the grid with the settings that are not varied', async () => {
    const { form: made, asked } = form();
    made.base.preset = 'tiny';
    made.base.set(field(made, 'steps'), '40');
    made.base.set(field(made, 'vocabulary'), '8');
    made.takeAxes([{ key: 'vocabulary', values: [16, 32] }]);
    expect(made.isVaried('vocabulary')).toBe(true);
    await made.start();
    expect(asked).toEqual([{ name: 'vocabulary', collection: 3, settings: { preset: 'tiny', steps: 40 }, grid: { kind: 'sweep', axes: [{ key: 'vocabulary', values: [16, 32] }] }, parallel: null }]);
  });

  it('varies a field from the value that it has, each value once, and says what is missing', () => {
    const { form: made } = form();
    made.takeAxes([]);
    expect([made.gridProblem, made.request]).toEqual(['Choose a field to vary.', null]);
    made.addAxis('crossView');
    made.addAxis('length');
    expect(made.axes).toEqual([{ key: 'crossView', values: [true, false] }, { key: 'length', values: [8] }]);
    made.setValues('length', [8, 4, 8]);
    expect(made.axes[1].values).toEqual([8, 4]);
    made.setValues('length', []);
    expect(made.gridProblem).toBe('Give Length a value.');
    made.removeAxis('length');
    expect(made.gridProblem).toBeNull();
  });

  it('takes ablations of the chosen parts', () => {
    const { form: made } = form();
    made.kind = 'ablations';
    for (const group of made.groups) made.toggleGroup(group);
    expect(made.gridProblem).toBe('Choose at least one part.');
    made.toggleGroup('views');
    expect(made.request).toMatchObject({ name: 'ablations', grid: { kind: 'ablations', groups: ['views'] } });
  });

  it('has a free name, and refuses one that is taken or leads elsewhere', () => {
    const { form: made } = form(['quantizer × vocabulary']);
    expect([made.name, made.nameProblem]).toEqual(['quantizer × vocabulary 2', null]);
    made.name = 'Quantizer × Vocabulary';
    expect(made.nameProblem).toBe('Another sweep has this name.');
    made.name = 'new';
    expect(made.nameProblem).toContain('cannot be named');
  });

  it('has ready grids of at most as many variants as a sweep may have', () => {
    for (const { axes } of readyGrids) expect(axes.reduce((product, { values }) => product * values.length, 1)).toBeLessThanOrEqual(mostVariants);
  });
});
