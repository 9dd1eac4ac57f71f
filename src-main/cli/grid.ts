import type { TrainingConfig } from '../contract/config';
import { fieldValueOf, listedWords } from '../contract/grid-values';
import type { SweepAxis } from '../contract/sweeps';
import { nearestWord } from '../contract/nearest-word';
import { UsageError } from './arguments';
import { allowed, trainingFlags } from './training-flags';

/**
 * The axes that `--grid FIELD=VALUE,VALUE` names: a field by its flag or its key, each value as the flag takes it, switches
 * as on and off, ranges as START:END:STEP.
 * @throws UsageError naming the field or value
 */
export function gridAxes(given: readonly string[]): SweepAxis[] {
  const flags = trainingFlags();
  const axes = given.map((text): SweepAxis => {
    const [name, list] = [text.slice(0, text.indexOf('=')).trim(), text.slice(text.indexOf('=') + 1)];
    if (!text.includes('=') || list.trim() === '') throw new UsageError(`--grid is FIELD=VALUE,VALUE, but "${text}" was given.`, { subject: '--grid' });
    const f = flags.find(({ key, flag }) => key === name || flag === name);
    if (!f) {
      const near = nearestWord(name, flags.map(({ flag }) => flag));
      throw new UsageError(`--grid: there is no training field "${name}".`, { subject: name, remedy: near ? `Did you mean ${near}?` : '`glyphscope train --help` lists the fields.' });
    }
    const key = f.key as keyof TrainingConfig;
    const values = listedWords(list).map((word) => {
      const value = fieldValueOf(key, word);
      if (value === null) throw new UsageError(`--grid ${f.flag} is ${f.kind === 'boolean' ? 'on or off' : `${f.kind === 'integer' || f.kind === 'number' ? 'a ' : ''}${allowed(f)}`}, but "${word}" was given.`, { subject: f.flag });
      return value;
    });
    return { key, values };
  });
  const twice = axes.find(({ key }, i) => axes.findIndex((other) => other.key === key) < i);
  if (twice) throw new UsageError(`--grid ${twice.key} was given twice.`, { subject: twice.key, remedy: 'Put all its values into one, separated by commas.' });
  return axes;
}
