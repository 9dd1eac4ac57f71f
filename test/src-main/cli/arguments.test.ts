import { describe, expect, it } from 'vitest';
import { parseArguments, UsageError, wholeNumber } from '../../../src-main/cli/arguments';
import type { Command } from '../../../src-main/cli/command';
import { commands } from '../../../src-main/cli/commands';

const sample: Command = {
  name: 'sample',
  summary: '',
  operand: { name: 'FILE', many: true, help: '' },
  options: { run: { value: 'RUN', help: '', required: true }, k: { value: 'N', help: '', default: '10' }, views: { help: '', negatable: true } },
  run: async () => true,
};
const failure = (args: string[], command = sample): UsageError => {
  try {
    parseArguments(command, args);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('parseArguments', () => {
  it('reads flags in both spellings, switches, their negation, operands and defaults', () => {
    const { values, files } = parseArguments(sample, ['a.png', '--run', 'first run', '--k=5', '--no-views', '--', '--odd.png']);
    expect(values).toMatchObject({ run: 'first run', k: '5', views: false });
    expect(files).toEqual(['a.png', '--odd.png']);
    expect(parseArguments(sample, ['a', '--run', 'r']).values).toMatchObject({ k: '10', views: undefined });
  });

  it('names the flag that is missing, unknown, without a value or with one too many', () => {
    expect(failure(['a']).message).toBe('sample needs --run RUN.');
    expect(failure(['a', '--rum', 'x'])).toMatchObject({ message: 'sample has no flag --rum.', remedy: 'Did you mean --run?' });
    expect(failure(['a', '--run']).message).toBe('--run needs a value (RUN).');
    expect(failure(['a', '--run', '--json']).message).toBe('--run needs a value (RUN).');
    expect(failure(['a', '--run', 'r', '--json=1']).message).toContain('takes no value');
    expect(failure(['--run', 'r']).message).toBe('sample needs at least one FILE.');
  });

  it('refuses operands where none belong', () => {
    const doctor = commands.find((command) => command.name === 'doctor')!;
    expect(failure(['stray'], doctor).message).toBe('doctor takes flags only, but "stray" was given.');
  });

  it('collects what may be given more than once', () => {
    const many = { ...sample, options: { ...sample.options, grid: { value: 'X', help: '', many: true } } };
    expect(parseArguments(many, ['a', '--run', 'r', '--grid', 'x=1', '--grid=y=2']).lists).toEqual({ grid: ['x=1', 'y=2'] });
    expect(parseArguments(many, ['a', '--run', 'r']).lists).toEqual({ grid: [] });
  });

  it('asks for nothing when only help is wanted', () => {
    expect(parseArguments(sample, ['--help']).values.help).toBe(true);
  });
});

describe('wholeNumber', () => {
  it.each(['', '1.5', 'many', '0', '201'])('refuses "%s"', (given) => {
    expect(() => wholeNumber('k', given, 1, 200)).toThrow(`--k is a whole number from 1 to 200, but "${given}" was given.`);
  });
  it('gives the number', () => expect(wholeNumber('k', '200', 1, 200)).toBe(200));
});

describe('commands', () => {
  it('are those of the documentation, each with a summary and a help text on every flag', () => {
    const names = commands.filter((command) => !command.hidden).map((command) => command.name);
    expect(names).toEqual(['import', 'teachers', 'features', 'train', 'encode', 'evaluate', 'few-shot', 'statistics', 'sweep', 'ablate', 'describe', 'neighbours', 'query', 'map', 'export', 'export-run', 'import-run', 'runs', 'collections', 'serve', 'link', 'doctor', 'setup-compute']);
    for (const { summary, options } of commands) {
      expect(summary).toMatch(/\.$/);
      for (const option of Object.values(options)) expect(option.help).not.toBe('');
    }
  });
});
