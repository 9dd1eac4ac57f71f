import { describe, expect, it } from 'vitest';
import { field, trainingConfig } from '../../../../src-main/contract/config';
import { allowed, configProblems, differences, fieldProblem, fieldText, findFields, formFields, formGroups, freeName, parseField, type FormField } from '../../../../src-renderer/pages/training/config-form';

const fields = formFields();
const named = (name: string) => fields.find((f) => f.name === name) as FormField;

describe('the form and the schema', () => {
  it('shows every config field once, with its label and help', () => {
    expect(fields.map((f) => f.name).sort()).toEqual(Object.keys(trainingConfig.shape).sort());
    for (const item of fields) {
      const meta = field.get(trainingConfig.shape[item.name as keyof typeof trainingConfig.shape]);
      expect(item.label, item.name).toBe(meta?.label);
      expect(item.help.length, item.name).toBeGreaterThan(20);
    }
  });

  it('puts every field but the preset and the teacher into exactly one group', () => {
    const grouped = formGroups().flatMap((g) => [...g.fields, ...g.advanced].map((f) => f.name));
    expect([...grouped, 'preset', 'teacher'].sort()).toEqual(fields.map((f) => f.name).sort());
  });

  it('knows kinds and limits from the schema', () => {
    expect(named('preset').kind).toBe('choice');
    expect(named('preset').choices).toContain('small');
    expect(named('length')).toMatchObject({ kind: 'integer', minimum: 1, maximum: 8 });
    expect(allowed(named('length'))).toBe('a whole number from 1 to 8');
    expect(allowed(named('preset'))).toBe('one of tiny, small, base, paper');
  });
});

describe('validation as one types', () => {
  it('says what is allowed, at the field', () => {
    expect(fieldProblem(named('length'), 9)).toBe('Enter a whole number from 1 to 8.');
    expect(fieldProblem(named('length'), 2.5)).toBe('Enter a whole number from 1 to 8.');
    expect(fieldProblem(named('length'), parseField(named('length'), 'eight'))).toBe('Enter a whole number from 1 to 8.');
    expect(fieldProblem(named('length'), parseField(named('length'), ''))).not.toBeNull();
    expect(fieldProblem(named('length'), 8)).toBeNull();
    expect(fieldProblem(named('preset'), 'huge')).toBe('Enter one of tiny, small, base, paper.');
  });

  it('finds every wrong field of a whole config', () => {
    const problems = configProblems({ preset: 'small', length: 0, batch: 1 });
    expect(problems.has('length')).toBe(true);
    expect(problems.has('batch')).toBe(true);
    expect(problems.has('preset')).toBe(false);
  });
});

describe('reading and writing values', () => {
  it('reads numbers as people write them', () => {
    const steps = named('steps');
    expect(parseField(steps, ' 1,000 ')).toBe(1000);
    expect(parseField(steps, '12 000 000')).toBe(12_000_000);
    expect(parseField(steps, '1e3')).toBe(1000);
    expect(parseField(steps, '−5')).toBe(-5);
    expect(parseField(steps, '1,5')).toBeNaN();
  });
  it('gives back what it writes', () => {
    for (const value of [0, 1, 0.04, 0.0001, 1e-5, 12345678]) expect(Number(fieldText(value))).toBe(value);
    expect(fieldText(null)).toBe('');
  });
  it('keeps only changes that differ from the preset', () => {
    expect(differences({ steps: 10, batch: 4 }, { steps: 10, batch: 8 })).toEqual({ batch: 8 });
  });
  it('finds a free name without regard to case', () => {
    expect(freeName('GS 128', [])).toBe('GS 128');
    expect(freeName('GS 128', ['gs 128', 'GS 128 2'])).toBe('GS 128 3');
  });
});

describe('finding a setting', () => {
  const found = (words: string) => findFields(fields, words).map(({ name }) => name);
  it('looks at names and labels first, and at the help where none has the words', () => {
    expect(found('micro')).toEqual(['microBatch']);
    expect(found('temperature teacher')).toEqual(['teacherTemperatureStart', 'teacherTemperature', 'teacherTemperatureWarmup']);
    expect(found('AMX')).toEqual(['precision']);
    expect(found('no such thing')).toEqual([]);
    expect(found('')).toEqual(fields.map(({ name }) => name));
  });
});
