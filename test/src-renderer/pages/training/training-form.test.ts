import { describe, expect, it, vi } from 'vitest';
import type { PresetName } from '../../../../src-main/contract/config';
import { GlyphscopeError } from '../../../../src-main/contract/errors';
import { presetConfig } from '../../../../src-main/contract/presets';
import type { FormField } from '../../../../src-renderer/pages/training/config-form';
import { TrainingForm } from '../../../../src-renderer/pages/training/training-form.svelte';

function setUp(refuse?: GlyphscopeError) {
  const start = vi.fn(async (input: unknown) => {
    if (refuse) throw refuse;
    return { id: 5, ...(input as object) };
  });
  const configure = vi.fn(async (input: { preset: PresetName }) => presetConfig(input.preset));
  const form = new TrainingForm({ runs: { configure, start } } as never, () => ['small K128', 'Old Run']);
  return { form, start, item: (name: string) => form.fields.find((f) => f.name === name) as FormField };
}

describe('TrainingForm', () => {
  it('shows the values of the preset that the engine gives', async () => {
    const { form, item } = setUp();
    expect(form.ready).toBe(false);
    expect(form.canStart).toBe(false);
    await form.choosePreset('small');
    for (const field of form.fields) if (field.name !== 'preset') expect(form.value(field.name), field.name).toEqual(presetConfig('small')[field.name]);
    expect(form.text(item('steps'))).toBe(String(presetConfig('small').steps));
    expect(form.problemCount).toBe(0);
  });

  it('keeps what was changed by hand when the preset changes, and drops what became equal', async () => {
    const { form, item } = setUp();
    await form.choosePreset('small');
    form.set(item('seed'), '7');
    form.set(item('steps'), String(presetConfig('base').steps));
    expect(form.changed).toBe(2);
    await form.choosePreset('base');
    expect(form.value('seed')).toBe(7);
    expect(form.isChanged('steps')).toBe(false);
    form.reset('seed');
    expect(form.changed).toBe(0);
    expect(form.value('seed')).toBe(presetConfig('base').seed);
  });

  it('says at the field what is wrong while one types, and does not start', async () => {
    const { form, item, start } = setUp();
    await form.choosePreset('small');
    form.collection = 1;
    expect(form.canStart).toBe(true);
    form.set(item('length'), '12');
    expect(form.problem('length')).toBe('Enter a whole number from 1 to 8.');
    expect(form.text(item('length'))).toBe('12');
    expect(form.canStart).toBe(false);
    expect(await form.start()).toBeNull();
    expect(start).not.toHaveBeenCalled();
    form.set(item('length'), '4');
    expect(form.problem('length')).toBeNull();
  });

  it('writes a number as the form does once typing has ended', async () => {
    const { form, item } = setUp();
    await form.choosePreset('small');
    form.set(item('steps'), '2,500');
    expect(form.text(item('steps'))).toBe('2,500');
    form.settle(item('steps'));
    expect(form.text(item('steps'))).toBe('2500');
  });

  it('sends the differences alone, with the preset', async () => {
    const { form, item, start } = setUp();
    await form.choosePreset('tiny');
    form.collection = 3;
    form.name = '  mine ';
    form.set(item('steps'), '12');
    await form.start();
    expect(start).toHaveBeenCalledWith({ name: 'mine', collection: 3, config: { preset: 'tiny', steps: 12 } });
  });

  it('suggests a free name and refuses a taken or impossible one', async () => {
    const { form } = setUp();
    await form.choosePreset('small');
    expect(form.name).toBe('small K128 2');
    form.name = 'old run';
    expect(form.nameProblem).toBe('Another run has this name.');
    form.name = 'a/b';
    expect(form.nameProblem).toMatch(/^A name has no slash/);
  });

  it('puts the engine’s refusal at its field, or shows it whole', async () => {
    const atField = setUp(new GlyphscopeError('INVALID_INPUT', 'The batch is too large here.', { subject: 'batch' }));
    await atField.form.choosePreset('small');
    atField.form.collection = 1;
    expect(await atField.form.start()).toBeNull();
    expect(atField.form.problem('batch')).toBe('The batch is too large here.');
    expect(atField.form.error).toBeNull();

    const taken = setUp(new GlyphscopeError('NAME_TAKEN', 'There is a run "x" already.', { subject: 'x' }));
    await taken.form.choosePreset('small');
    taken.form.collection = 1;
    await taken.form.start();
    expect(taken.form.nameProblem).toBe('There is a run "x" already.');

    const whole = setUp(new GlyphscopeError('COLLECTION_TOO_SMALL', 'cats has 12 images.', { subject: 'cats', remedy: 'Add images.' }));
    await whole.form.choosePreset('small');
    whole.form.collection = 1;
    await whole.form.start();
    expect(whole.form.error?.remedy).toBe('Add images.');
  });
});
