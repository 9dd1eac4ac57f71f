import type { TrainingConfig } from '../contract/config';
import type { Axis, FieldValue } from '../sweep/variants';
import { nearest, UsageError } from './arguments';
import { givenConfig, trainingFlags } from './training-flags';

const switches: Readonly<Record<string, boolean>> = { on: true, yes: true, true: true, off: false, no: false, false: false };

/**
 * The axes that `--grid FIELD=VALUE,VALUE` names: a field by its flag or its key, each value as the flag takes it, switches
 * as on and off.
 * @throws UsageError naming the field or value
 */
export function gridAxes(given: readonly string[]): Axis[] {
  const flags = trainingFlags();
  const axes = given.map((text): Axis => {
    const [name, list] = [text.slice(0, text.indexOf('=')).trim(), text.slice(text.indexOf('=') + 1)];
    if (!text.includes('=') || list.trim() === '') throw new UsageError(`--grid is FIELD=VALUE,VALUE, but "${text}" was given.`, { subject: '--grid' });
    const f = flags.find(({ key, flag }) => key === name || flag === name);
    if (!f) {
      const near = nearest(name, flags.map(({ flag }) => flag));
      throw new UsageError(`--grid: there is no training field "${name}".`, { subject: name, remedy: near ? `Did you mean ${near}?` : '`glyphscope train --help` lists the fields.' });
    }
    const values = list.split(',').map((value): FieldValue => {
      const word = value.trim();
      if (f.kind !== 'boolean') return givenConfig({ [f.flag]: word })[f.key] as FieldValue;
      if (!(word in switches)) throw new UsageError(`--grid ${f.flag} is on or off, but "${word}" was given.`, { subject: f.flag });
      return switches[word];
    });
    return { key: f.key as keyof TrainingConfig, values };
  });
  const twice = axes.find(({ key }, i) => axes.findIndex((other) => other.key === key) < i);
  if (twice) throw new UsageError(`--grid ${twice.key} was given twice.`, { subject: twice.key, remedy: 'Put all its values into one, separated by commas.' });
  return axes;
}
