import { presetName, type TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { fieldWord } from '../contract/grid-values';
import { givenName } from '../contract/names';
import { presetConfig, variantName } from '../contract/presets';
import { mostVariants, type SweepAxis, type SweepGrid, type SweepVariant } from '../contract/sweeps';
import { ablations } from './ablations';

/**
 * What a grid's trainings are.
 * @param settings fields that all variants share, as given by the user
 * @throws GlyphscopeError INVALID_INPUT when they are too many, a field stands twice or also among the settings, or the
 *   settings of ablations are refused
 */
export function sweepVariants(grid: SweepGrid, settings: Readonly<Record<string, unknown>>): SweepVariant[] {
  if (grid.kind === 'ablations') return ablations(settings, grid.groups);
  const keys = grid.axes.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) < i || key in settings);
  if (twice) throw new GlyphscopeError('INVALID_INPUT', `${twice} is given twice.`, { subject: twice, remedy: 'Vary it, or set it for all: not both.' });
  const size = grid.axes.reduce((product, { values }) => product * new Set(values).size, 1);
  if (size > mostVariants)
    throw new GlyphscopeError('INVALID_INPUT', `This grid has ${size.toLocaleString('en')} variants; a sweep has at most ${mostVariants.toLocaleString('en')}.`, { remedy: 'Vary fewer fields, or give them fewer values.' });
  return gridVariants(grid.axes, settings);
}

/**
 * Every combination of the axes' values, the first axis slowest. Quantizer and vocabulary are named as in the paper, other
 * fields by their own name.
 * @param settings fields that all variants share, as given by the user
 */
export function gridVariants(axes: readonly SweepAxis[], settings: Readonly<Record<string, unknown>>): SweepVariant[] {
  const combinations = axes.reduce<SweepVariant['change'][]>((made, { key, values }) => made.flatMap((one) => [...new Set(values)].map((value) => ({ ...one, [key]: value }))), [{}]);
  const others = axes.map(({ key }) => key).filter((key) => key !== 'quantizer' && key !== 'vocabulary');
  const named = others.length < axes.length;
  return combinations.map((change) => {
    const merged: Record<string, unknown> = { ...settings, ...change };
    const preset = presetName.safeParse(merged.preset ?? 'small');
    const { quantizer, vocabulary } = { ...presetConfig(preset.success ? preset.data : 'small'), ...merged } as TrainingConfig;
    const variant = variantName({ quantizer, vocabulary });
    const label = [...(named ? [variant] : []), ...others.map((key) => `${key} ${fieldWord(change[key]!)}`)].join(', ');
    return { label, group: named ? variant.split(' ')[0] : `${others[0]} ${fieldWord(change[others[0]]!)}`, change };
  });
}

/**
 * The name of a variant's run in the library: "nine: VQ 256".
 * @throws INVALID_INPUT when it is no name for a run
 */
export function runName(sweep: string, { label }: Pick<SweepVariant, 'label'>): string {
  const name = `${sweep}: ${label}`;
  const parsed = givenName.safeParse(name);
  if (!parsed.success)
    throw new GlyphscopeError('INVALID_INPUT', `"${name}" cannot be the name of a run: ${parsed.error.issues[0].message}.`, { subject: label, remedy: 'Give the sweep a shorter name, or vary fewer fields.' });
  return parsed.data;
}
