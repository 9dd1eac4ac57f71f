import { describe, expect, it, vi } from 'vitest';
import { readConfigFile, configFile } from '../../../../src-main/contract/config-file';
import { GlyphscopeError } from '../../../../src-main/contract/errors';
import { inheritedFields } from '../../../../src-main/contract/fine-tuning';
import { presetConfig, resolveConfig } from '../../../../src-main/contract/presets';
import type { Run } from '../../../../src-main/contract/runs';
import type { FormField } from '../../../../src-renderer/pages/training/config-form';
import { TrainingForm } from '../../../../src-renderer/pages/training/training-form.svelte';

function setUp(refuse?: GlyphscopeError) {
  const start = vi.fn(async (input: unknown) => {
    if (refuse) throw refuse;
    return { id: 5, ...(input as object) };
  });
  const form = new TrainingForm({ runs: { start } } as never, () => ['small K128', 'Old Run']);
  return { form, start, item: (name: string) => form.fields.find((f) => f.name === name) as FormField };
}

describe('TrainingForm', () => {
  it('shows the values of the preset', () => {
    const { form, item } = setUp();
    expect(form.canStart).toBe(false);
    for (const field of form.fields) if (field.name !== 'preset') expect(form.value(field.name), field.name).toEqual(presetConfig('small')[field.name]);
    expect(form.text(item('steps'))).toBe(String(presetConfig('small').steps));
    expect(form.problemCount).toBe(0);
  });

  it('keeps what was changed by hand when the preset changes, and drops what became equal', () => {
    const { form, item } = setUp();
    form.set(item('seed'), '7');
    form.set(item('steps'), String(presetConfig('base').steps));
    expect(form.changed).toBe(2);
    form.preset = 'base';
    expect(form.value('seed')).toBe(7);
    expect(form.isChanged('steps')).toBe(false);
    form.reset('seed');
    expect(form.changed).toBe(0);
    expect(form.value('seed')).toBe(presetConfig('base').seed);
  });

  it('says at the field what is wrong while one types, and does not start', async () => {
    const { form, item, start } = setUp();
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

  it('writes a number as the form does once typing has ended', () => {
    const { form, item } = setUp();
    form.set(item('steps'), '2,500');
    expect(form.text(item('steps'))).toBe('2,500');
    form.settle(item('steps'));
    expect(form.text(item('steps'))).toBe('2500');
  });

  it('sends the differences alone, with the preset', async () => {
    const { form, item, start } = setUp();
    form.preset = 'tiny';
    form.collection = 3;
    form.name = '  mine ';
    form.set(item('steps'), '12');
    await form.start();
    expect(start).toHaveBeenCalledWith({ name: 'mine', collection: 3, config: { preset: 'tiny', steps: 12 } });
  });

  it('suggests a free name and refuses a taken or impossible one', () => {
    const { form } = setUp();
    expect(form.name).toBe('small K128 2');
    form.name = 'old run';
    expect(form.nameProblem).toBe('Another run has this name.');
    form.name = 'a/b';
    expect(form.nameProblem).toMatch(/^A name has no slash/);
  });

  it('puts the engine’s refusal at its field, or shows it whole', async () => {
    const atField = setUp(new GlyphscopeError('INVALID_INPUT', 'The batch is too large here.', { subject: 'batch' }));
    atField.form.collection = 1;
    expect(await atField.form.start()).toBeNull();
    expect(atField.form.problem('batch')).toBe('The batch is too large here.');
    expect(atField.form.error).toBeNull();

    const taken = setUp(new GlyphscopeError('NAME_TAKEN', 'There is a run "x" already.', { subject: 'x' }));
    taken.form.collection = 1;
    await taken.form.start();
    expect(taken.form.nameProblem).toBe('There is a run "x" already.');

    const whole = setUp(new GlyphscopeError('COLLECTION_TOO_SMALL', 'cats has 12 images.', { subject: 'cats', remedy: 'Add images.' }));
    whole.form.collection = 1;
    await whole.form.start();
    expect(whole.form.error?.remedy).toBe('Add images.');
  });

  it('says what conflicts between fields, at the field to change and in the words of the form', () => {
    const { form, item } = setUp();
    form.set(item('microBatch'), '3');
    expect(form.problem('microBatch')).toBe('Micro-batch = 3 does not divide Batch = 64. Take 0 for the whole batch, or 2.');
    form.set(item('batch'), '63');
    expect(form.problem('microBatch')).toBeNull();
  });

  it('takes over the settings of a run or a file, whole or in part', () => {
    const { form, item } = setUp();
    form.set(item('seed'), '3');
    const config = resolveConfig({ preset: 'tiny', steps: 7, vocabulary: 32 });
    form.take(config);
    expect(form.preset).toBe('tiny');
    expect(form.changed).toBe(2);
    expect(form.config).toEqual(config);
    expect(readConfigFile(configFile(form.config!), 'x.json')).toEqual(config);
    form.take({ steps: 9 });
    expect(form.config).toEqual(resolveConfig({ steps: 9 }));
  });
});

describe('a run that begins with the weights of another', () => {
  const source = { id: 7, name: 'Source', config: resolveConfig({ preset: 'small', length: 6 }) } as Run;

  it('has what they decide from them, locked, and all else from the preset', async () => {
    const { form, item, start } = setUp();
    form.preset = 'tiny';
    form.set(item('vocabulary'), '32');
    form.set(item('steps'), '5');
    form.collection = 1;
    form.from = source;
    for (const name of inheritedFields) {
      expect(form.value(name), name).toEqual(source.config[name]);
      expect(form.isLocked(name), name).toBe(true);
    }
    expect(form.text(item('vocabulary'))).toBe('128');
    expect(form.value('batch')).toBe(presetConfig('tiny').batch);
    expect(form.changed).toBe(1);
    expect(form.name).toBe('Source, tuned');
    await form.start();
    expect(start).toHaveBeenCalledWith({ name: 'Source, tuned', collection: 1, config: { preset: 'tiny', steps: 5 }, from: { run: 7 } });
  });

  it('has the fields entered before again once it begins with new weights', () => {
    const { form, item } = setUp();
    form.set(item('vocabulary'), '32');
    form.from = source;
    form.from = null;
    expect(form.text(item('vocabulary'))).toBe('32');
    expect(form.isLocked('vocabulary')).toBe(false);
  });
});
